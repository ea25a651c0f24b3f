namespace NeuralCore.Samples.Mnist.Reporting.Html;

/// <summary>The style sheet of the page, for light and dark themes, large and small screens, and print.</summary>
internal static class HtmlStyle
{
    internal const string Css = """
        :root {
          --paper: #fdfcfa; --ink: #1c1e21; --muted: #585d63; --rule: #d8d4cc; --soft: #f3f0ea; --zone: #e6ece4;
          --accent: #1f5c99; --better: #0f6b46; --worse: #a8400c; --warning: #fff3d6; --tint: 196, 84, 32; --tint-most: 0.55;
          --text: Charter, "Iowan Old Style", "Source Serif 4", Georgia, serif;
          --plain: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "DejaVu Sans", sans-serif;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --paper: #16181b; --ink: #e7e5e0; --muted: #a9adb3; --rule: #3a3e44; --soft: #202328; --zone: #222e27;
            --accent: #85b6ee; --better: #6fcf9f; --worse: #f2a272; --warning: #3d3213; --tint: 226, 120, 70; --tint-most: 0.5;
          }
        }
        * { box-sizing: border-box; }
        html { color-scheme: light dark; -webkit-text-size-adjust: 100%; scroll-behavior: smooth; }
        @media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
        body {
          margin: 0; padding: 0 clamp(1rem, 4vw, 3rem) 4rem; background: var(--paper); color: var(--ink);
          font: 1.0625rem/1.6 var(--text); overflow-wrap: break-word;
        }
        body > * { max-width: 76rem; margin-inline: auto; }
        p, dl.answers, section ul:not([class]), .lead { max-width: 44rem; }
        h1, h2, h3 { line-height: 1.2; text-wrap: balance; }
        h1 { font-size: clamp(1.7rem, 5vw, 2.5rem); margin: 2.5rem 0 0.5rem; letter-spacing: -0.01em; }
        h2 { font-size: 1.5rem; margin: 3.5rem 0 0.75rem; padding-top: 0.75rem; border-top: 1px solid var(--rule); }
        h3 { font-size: 1.15rem; margin: 2.25rem 0 0.5rem; }
        a { color: var(--accent); }
        a:focus-visible, .scroll:focus-visible, summary:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
        .skip { position: absolute; left: -100vw; }
        .skip:focus { left: 1rem; top: 0.5rem; background: var(--paper); padding: 0.25rem 0.5rem; }
        .lead { color: var(--muted); margin-top: 0; }
        .warning { background: var(--warning); border-left: 4px solid var(--worse); padding: 0.75rem 1rem; font-weight: 600; }
        .note, .published, footer { color: var(--muted); }
        .note, footer { font-size: 0.9375rem; }
        nav ul {
          display: flex; flex-wrap: wrap; gap: 0.25rem 1.1rem; padding: 0; margin: 1.25rem 0 0; list-style: none;
          font: 0.9375rem/1.6 var(--plain);
        }
        dl.answers dt { font-weight: 700; margin-top: 1rem; }
        dl.answers dd { margin: 0.1rem 0 0; }
        section ul:not([class]) { padding-left: 1.2rem; font-size: 0.9375rem; }
        .scroll { overflow-x: auto; margin: 1rem 0 1.5rem; max-width: 100%; }
        table { border-collapse: collapse; font: 0.84375rem/1.35 var(--plain); font-variant-numeric: tabular-nums lining-nums; }
        caption { text-align: left; font-weight: 600; padding-bottom: 0.5rem; }
        th, td { padding: 0.32rem 0.7rem 0.32rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--rule); }
        th:last-child, td:last-child { padding-right: 0.2rem; }
        thead th { color: var(--muted); font-weight: 600; border-bottom: 1px solid var(--muted); vertical-align: bottom; }
        caption > span { position: sticky; left: 0; display: inline-block; max-width: min(100%, calc(100vw - 2.5rem)); }
        tbody th { font-weight: 400; white-space: nowrap; }
        .wrapping tbody th { min-width: 9.5rem; white-space: normal; }
        td { white-space: nowrap; }
        tbody th, thead th:first-child { position: sticky; left: 0; background: var(--paper); }
        .number { text-align: right; white-space: nowrap; }
        tr.better, .better { color: var(--better); }
        tr.worse, .worse { color: var(--worse); }
        tr.better td:nth-child(2), tr.worse td:nth-child(2) { font-weight: 700; }
        details { margin: 1rem 0; }
        summary { cursor: pointer; font: 0.9375rem/1.6 var(--plain); color: var(--accent); }
        figure { margin: 0; }
        .chart { margin: 1rem 0; max-width: 32rem; }
        .chart.wide { max-width: 54rem; }
        .chart.small { margin: 0; max-width: none; }
        figcaption { font: 0.84375rem/1.4 var(--plain); color: var(--muted); margin-top: 0.25rem; }
        .pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); gap: 1rem 2rem; }
        .multiples {
          display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 14.5rem), 1fr)); gap: 1.25rem 1.5rem; margin: 1rem 0;
        }
        svg { display: block; max-width: 100%; overflow: visible; }
        .chart > svg:not([width]) { width: 100%; height: auto; }
        svg text { font: 13px var(--plain); fill: var(--ink); font-variant-numeric: tabular-nums; }
        svg text.small { font-size: 12px; fill: var(--muted); }
        .chart.small svg text.small { font-size: 10.5px; }
        svg text.better { fill: var(--better); font-weight: 700; }
        svg text.worse { fill: var(--worse); font-weight: 700; }
        svg text.equivalent, svg text.unknown { fill: var(--muted); }
        .grid { stroke: var(--rule); stroke-width: 1; }
        .axis { stroke: var(--muted); stroke-width: 1; }
        .zero { stroke: var(--ink); stroke-width: 1.5; }
        .zone { fill: var(--zone); }
        .seed { stroke: var(--muted); stroke-width: 1; opacity: 0.7; }
        .interval { stroke: var(--accent); stroke-width: 3; stroke-linecap: round; }
        .mark { fill: var(--accent); stroke: var(--accent); stroke-width: 2; }
        .mark.hollow { fill: var(--paper); }
        line.better, path.better { stroke: var(--better); }
        line.worse, path.worse { stroke: var(--worse); }
        path.better { fill: var(--better); }
        path.worse { fill: var(--worse); }
        .band { fill: var(--accent); opacity: 0.22; stroke: none; }
        .curve { fill: none; stroke: var(--accent); stroke-width: 2; stroke-linejoin: round; }
        .point { fill: var(--accent); }
        .spread { fill: none; stroke: var(--accent); stroke-width: 6; stroke-linecap: round; opacity: 0.35; }
        .reference { fill: none; stroke: var(--muted); stroke-width: 1.5; stroke-dasharray: 4 3; }
        .cross { fill: none; stroke: var(--worse); stroke-width: 1.75; }
        .confusion th, .confusion td {
          text-align: right; vertical-align: middle; padding: 0.3rem 0.4rem; min-width: 2.5rem; border-bottom: 0;
        }
        .confusion td[style] { background: rgba(var(--tint), calc(var(--share) * var(--tint-most))); }
        .confusion td.right { box-shadow: inset 0 0 0 1px var(--muted); font-weight: 600; }
        .confusion td:last-child { color: var(--muted); padding-left: 0.9rem; }
        .mistakes {
          list-style: none; padding: 0; max-width: none; display: grid; grid-template-columns: repeat(auto-fill, minmax(8.25rem, 1fr));
          gap: 1.25rem 1rem; color: inherit;
        }
        .mistakes img { image-rendering: pixelated; border: 1px solid var(--rule); display: block; background: #fff; }
        .mistakes figcaption > * { display: block; }
        .mistakes strong { color: var(--ink); }
        .facts {
          display: grid; grid-template-columns: minmax(8rem, max-content) minmax(0, 1fr); gap: 0.4rem 1.5rem;
          font: 0.9375rem/1.5 var(--plain);
        }
        .facts dt { color: var(--muted); }
        .facts dd { margin: 0; overflow-wrap: anywhere; }
        code {
          font-family: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: 0.9em;
          background: var(--soft); padding: 0.1em 0.3em;
        }
        footer { margin-top: 4rem; border-top: 1px solid var(--rule); }
        .plain { list-style: none; padding: 0; }
        @media (max-width: 40rem) {
          .confusion th, .confusion td { padding: 0.35rem 0.2rem; min-width: 1.65rem; }
          .wrapping tbody th { min-width: 7.5rem; }
          .pair svg text.small { font-size: 14.5px; }
          .facts { grid-template-columns: minmax(0, 1fr); gap: 0; }
          .facts dd { margin-bottom: 0.6rem; }
        }
        @media print { nav, .skip { display: none; } .scroll { overflow: visible; } section { break-inside: auto; } }
        """;
}

using System.Globalization;
using System.Text;

namespace NeuralCore.Samples.Mnist.Reporting.Html;

/// <summary>Writes HTML and SVG. All text and attributes are escaped, and every opened element is closed.</summary>
internal sealed class Markup
{
    private readonly StringBuilder _text = new();

    /// <summary>The text so far.</summary>
    public override string ToString() => _text.ToString();

    /// <summary>Writes an element with the content that <paramref name="content"/> writes.</summary>
    internal void In(string name, (string Name, string? Value)[] attributes, Action content)
    {
        Tag(name, attributes, ">");
        content();
        _text.Append("</").Append(name).Append(">\n");
    }

    /// <summary>Writes an element without attributes.</summary>
    internal void In(string name, Action content) => In(name, [], content);

    /// <summary>Writes an element that contains text.</summary>
    internal void Element(string name, string text, params (string Name, string? Value)[] attributes)
    {
        Tag(name, attributes, ">");
        Text(text);
        _text.Append("</").Append(name).Append(">\n");
    }

    /// <summary>Writes an empty element.</summary>
    internal void Void(string name, params (string Name, string? Value)[] attributes) => Tag(name, attributes, "/>\n");

    /// <summary>Writes escaped text.</summary>
    internal void Text(string text)
    {
        foreach (char c in text)
        {
            _ = c switch
            {
                '&' => _text.Append("&amp;"),
                '<' => _text.Append("&lt;"),
                '>' => _text.Append("&gt;"),
                '"' => _text.Append("&quot;"),
                '\'' => _text.Append("&#39;"),
                // Control characters are not allowed in a page.
                < ' ' and not ('\n' or '\t') => _text.Append('\uFFFD'),
                _ => _text.Append(c),
            };
        }
    }

    /// <summary>Writes the start of the page, before its first element.</summary>
    internal void Doctype() => _text.Append("<!DOCTYPE html>\n");

    /// <summary>Writes the style sheet without escaping; only for constants.</summary>
    internal void Style(string css) => _text.Append("<style>\n").Append(css).Append("\n</style>\n");

    /// <summary>A coordinate with two decimals.</summary>
    internal static string Number(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    private void Tag(string name, (string Name, string? Value)[] attributes, string end)
    {
        _text.Append('<').Append(name);
        foreach ((string attribute, string? value) in attributes)
        {
            if (value is null)
                continue;
            _text.Append(' ').Append(attribute).Append("=\"");
            Text(value);
            _text.Append('"');
        }
        _text.Append(end);
    }
}

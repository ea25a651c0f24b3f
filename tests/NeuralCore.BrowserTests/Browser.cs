using Microsoft.Playwright;

namespace NeuralCore.BrowserTests;

/// <summary>The system's Chromium, started once. Nothing is downloaded: without Chromium, the tests are skipped.</summary>
public sealed class Browser : IAsyncLifetime
{
    private const string Executable = "/usr/bin/chromium";

    private static readonly string[] Flags =
    [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--disable-sync",
    ];

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public async Task InitializeAsync()
    {
        if (!File.Exists(Executable))
            return;
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = Executable, Args = Flags });
    }

    /// <summary>Opens an empty page, or skips the test without Chromium.</summary>
    internal async Task<IPage> OpenAsync(int width, ColorScheme scheme)
    {
        Skip.If(_browser is null, $"Install Chromium as {Executable} to look at the page in a browser.");
        return await _browser!.NewPageAsync(new() { ViewportSize = new() { Width = width, Height = 900 }, ColorScheme = scheme });
    }

    public async Task DisposeAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        _playwright?.Dispose();
    }
}

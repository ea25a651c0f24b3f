using System.Diagnostics;
using System.Runtime.InteropServices;
using NeuralCore.Layers;
using NeuralCore.Models;

namespace NeuralCore.Benchmarks.Comparison.Peers;

/// <summary>One sample through ONNX Runtime's C API on one thread, with input and output values created once.</summary>
internal sealed unsafe class OnnxRuntime : IDisposable
{
    internal const string Variable = "NEURALCORE_ONNXRUNTIME";

    private const uint ApiVersion = 14;
    private const int FloatElements = 1;

    private readonly nint* _api;
    private readonly nint _environment;
    private readonly nint _inference;
    private readonly nint _inputValue;
    private readonly nint _outputValue;
    private readonly nint _inputName = Marshal.StringToCoTaskMemUTF8("input");
    private readonly nint _outputName = Marshal.StringToCoTaskMemUTF8("output");
    private readonly float* _input;
    private readonly float* _output;
    private readonly delegate* unmanaged<nint, nint, nint*, nint*, nuint, nint*, nuint, nint*, nint> _run;

    private OnnxRuntime(nint library, string model, int inputs, int outputs)
    {
        // OrtApiBase has two functions. OrtApi is a table of functions that is only ever extended at its end.
        nint* apiBase = ((delegate* unmanaged<nint*>)NativeLibrary.GetExport(library, "OrtGetApiBase"))();
        _api = ((delegate* unmanaged<uint, nint*>)apiBase[0])(ApiVersion);
        string? version = Marshal.PtrToStringUTF8(((delegate* unmanaged<nint>)apiBase[1])());
        Version = $"ONNX Runtime {version}, CPU, 1 thread, default graph optimization";
        if (_api is null)
            throw new ComparisonException($"{Version} does not offer version {ApiVersion} of its API.");

        nint environment, options, inference, memory;
        nint name = Marshal.StringToCoTaskMemUTF8("compare"), path = Marshal.StringToCoTaskMemUTF8(model);
        Check(((delegate* unmanaged<int, nint, nint*, nint>)_api[Api.CreateEnv])(3, name, &environment));
        Check(((delegate* unmanaged<nint*, nint>)_api[Api.CreateSessionOptions])(&options));
        Check(((delegate* unmanaged<nint, int, nint>)_api[Api.SetIntraOpNumThreads])(options, 1));
        Check(((delegate* unmanaged<nint, int, nint>)_api[Api.SetInterOpNumThreads])(options, 1));
        Check(((delegate* unmanaged<nint, nint, nint, nint*, nint>)_api[Api.CreateSession])(environment, path, options, &inference));
        Check(((delegate* unmanaged<int, int, nint*, nint>)_api[Api.CreateCpuMemoryInfo])(0, 0, &memory));
        Marshal.FreeCoTaskMem(name);
        Marshal.FreeCoTaskMem(path);
        _environment = environment;
        _inference = inference;
        _input = (float*)NativeMemory.AlignedAlloc((nuint)inputs * sizeof(float), 64);
        _output = (float*)NativeMemory.AlignedAlloc((nuint)outputs * sizeof(float), 64);
        Inputs = inputs;
        Outputs = outputs;
        _inputValue = Tensor(memory, _input, inputs);
        _outputValue = Tensor(memory, _output, outputs);
        _run = (delegate* unmanaged<nint, nint, nint*, nint*, nuint, nint*, nuint, nint*, nint>)_api[Api.Run];
    }

    internal string Version { get; }

    internal int Inputs { get; }

    internal int Outputs { get; }

    internal Span<float> Input => new(_input, Inputs);

    internal ReadOnlySpan<float> Output => new(_output, Outputs);

    /// <summary>Loads the library and a model with our weights; null, with the reason, if something is not installed.</summary>
    internal static OnnxRuntime? TryLoad(Sequential model, out string reason)
    {
        if (FindLibrary() is not { } file || !NativeLibrary.TryLoad(file, out nint library))
        {
            reason = "benchmarks/peers/install.sh installs it (npm install onnxruntime-node --ignore-scripts), "
                + $"or set {Variable} to libonnxruntime.so";
            return null;
        }
        string folder = Directory.CreateTempSubdirectory("neuralcore-compare-").FullName;
        try
        {
            string path = Path.Combine(folder, "baseline.onnx");
            reason = WriteModel(model, Path.Combine(folder, "weights.bin"), path);
            return reason.Length == 0 ? new OnnxRuntime(library, path, model.InputShape.Size, model.OutputShape.Size) : null;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Runs the sample in <see cref="Input"/>; the result is in <see cref="Output"/>.</summary>
    internal void Run()
    {
        nint inputName = _inputName, outputName = _outputName, input = _inputValue, output = _outputValue;
        Check(_run(_inference, 0, &inputName, &input, 1, &outputName, 1, &output));
    }

    public void Dispose()
    {
        ((delegate* unmanaged<nint, void>)_api[Api.ReleaseValue])(_inputValue);
        ((delegate* unmanaged<nint, void>)_api[Api.ReleaseValue])(_outputValue);
        ((delegate* unmanaged<nint, void>)_api[Api.ReleaseSession])(_inference);
        ((delegate* unmanaged<nint, void>)_api[Api.ReleaseEnv])(_environment);
        Marshal.FreeCoTaskMem(_inputName);
        Marshal.FreeCoTaskMem(_outputName);
        NativeMemory.AlignedFree(_input);
        NativeMemory.AlignedFree(_output);
    }

    private static string? FindLibrary()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } chosen)
            return Path.GetFullPath(chosen);
        string architecture = RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant();
        if (Machine.PeersFolder() is not { } peers
            || Path.Combine(peers, "node_modules", "onnxruntime-node", "bin") is not { } bin || !Directory.Exists(bin))
            return null;
        return Directory.EnumerateFiles(bin, "libonnxruntime.so*", SearchOption.AllDirectories)
            .FirstOrDefault(file => file.Contains(
                $"{Path.DirectorySeparatorChar}{architecture}{Path.DirectorySeparatorChar}", StringComparison.Ordinal));
    }

    private static string WriteModel(Sequential model, string weights, string path)
    {
        if (Machine.PeersFolder() is not { } peers)
            return "benchmarks/peers/write_onnx.py not found";
        Dense[] layers = [.. model.Layers.OfType<Dense>()];
        using (FileStream file = File.Create(weights))
        {
            foreach (Parameter parameter in layers.SelectMany(layer => layer.Parameters))
                file.Write(MemoryMarshal.AsBytes(parameter.Values));
        }
        string[] widths = [model.InputShape.Size.ToString(), .. layers.Select(layer => layer.Units.ToString())];
        try
        {
            using Process script = Process.Start(Machine.Python(), [Path.Combine(peers, "write_onnx.py"), weights, path, .. widths]);
            script.WaitForExit();
            return script.ExitCode == 0 ? "" : "write_onnx.py failed; it needs the Debian packages python3-onnx python3-numpy";
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            return exception.Message;
        }
    }

    private nint Tensor(nint memory, float* values, int length)
    {
        long* shape = stackalloc long[] { 1, length };
        nint value;
        Check(((delegate* unmanaged<nint, float*, nuint, long*, nuint, int, nint*, nint>)_api[Api.CreateTensorWithDataAsOrtValue])(
            memory, values, (nuint)length * sizeof(float), shape, 2, FloatElements, &value));
        return value;
    }

    private void Check(nint status)
    {
        if (status != 0)
            throw new ComparisonException(
                $"ONNX Runtime: {Marshal.PtrToStringUTF8(((delegate* unmanaged<nint, nint>)_api[Api.GetErrorMessage])(status))}");
    }

    // Positions in OrtApi, onnxruntime_c_api.h.
    private static class Api
    {
        internal const int GetErrorMessage = 2;
        internal const int CreateEnv = 3;
        internal const int CreateSession = 7;
        internal const int Run = 9;
        internal const int CreateSessionOptions = 10;
        internal const int SetIntraOpNumThreads = 24;
        internal const int SetInterOpNumThreads = 25;
        internal const int CreateTensorWithDataAsOrtValue = 49;
        internal const int CreateCpuMemoryInfo = 69;
        internal const int ReleaseEnv = 92;
        internal const int ReleaseSession = 95;
        internal const int ReleaseValue = 96;
    }
}

using NeuralCore.Layers;
using NeuralCore.Models;

namespace NeuralCore.Serialization;

/// <summary>Saves and loads models: <c>model.Save(path)</c>, <c>Sequential.Load(path)</c>, <c>model.LoadWeights(path)</c>.</summary>
public static class SequentialFiles
{
    extension(Sequential model)
    {
        /// <inheritdoc cref="ModelFile.Save(Sequential, string, ModelFileOptions?)"/>
        public void Save(string path, ModelFileOptions? options = null) => ModelFile.Save(model, path, options);

        /// <summary>
        /// Loads only the weights from a safetensors file: a model of this library, a checkpoint, or another program's file. F32, F16 and
        /// BF16 are read exactly, F64 is rounded to the nearest float. This library's digest is checked if there is one.
        /// </summary>
        /// <param name="path">The file.</param>
        /// <param name="options">Whether all weights must match, their names in the file, transposed matrices.</param>
        /// <returns>What matched and what did not.</returns>
        /// <exception cref="WeightsMismatchException">Loading is strict and not all weights match; the model is unchanged.</exception>
        /// <exception cref="InvalidDataException">
        /// The file is damaged or not a safetensors file, or one of its weights is NaN or infinite; the model is unchanged.
        /// </exception>
        /// <exception cref="IOException">The file cannot be read.</exception>
        /// <exception cref="InvalidOperationException">The model is being trained or is predicting.</exception>
        public WeightsReport LoadWeights(string path, LoadWeightsOptions? options = null)
        {
            ArgumentNullException.ThrowIfNull(model);
            ArgumentException.ThrowIfNullOrEmpty(path);
            return WeightsFile.Load(model, path, options ?? new LoadWeightsOptions());
        }
    }

    extension(Sequential)
    {
        /// <summary>
        /// Reads a model from a file; <see cref="ModelFile.Load(string, LayerFactory?)"/> also returns the input scaling that the file
        /// stores.
        /// </summary>
        /// <inheritdoc cref="ModelFile.Load(string, LayerFactory?)"/>
        public static Sequential Load(string path, LayerFactory? layers = null) => ModelFile.Load(path, layers).Model;
    }
}

using NeuralCore.Layers;
using NeuralCore.Models;

namespace NeuralCore.Serialization;

/// <summary>Models on disk: <c>model.Save(path)</c>, <c>Sequential.Load(path)</c>, <c>model.LoadWeights(path)</c>.</summary>
public static class SequentialFiles
{
    extension(Sequential model)
    {
        /// <inheritdoc cref="ModelFile.Save(Sequential, string, ModelFileOptions?)"/>
        public void Save(string path, ModelFileOptions? options = null) => ModelFile.Save(model, path, options);

        /// <summary>
        /// Takes the weights alone from a safetensors file: a model of this library, a checkpoint, or a file of another program. Arrays of
        /// F32 are taken as they are, F16 and BF16 exactly, F64 rounded to the nearest float. A digest of this library is checked where
        /// there is one.
        /// </summary>
        /// <param name="path">The file.</param>
        /// <param name="options">Whether all must match, other names, transposed matrices.</param>
        /// <returns>What matched and what did not.</returns>
        /// <exception cref="WeightsMismatchException">Strict, and not everything matches; the model is unchanged.</exception>
        /// <exception cref="InvalidDataException">
        /// The file is damaged or no safetensors file, or a weight in it is NaN or infinite; the model is unchanged.
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
        /// <summary>Reads a model from a file; <see cref="ModelFile.Load(string, LayerFactory?)"/> also tells what the file says of its input.</summary>
        /// <inheritdoc cref="ModelFile.Load(string, LayerFactory?)"/>
        public static Sequential Load(string path, LayerFactory? layers = null) => ModelFile.Load(path, layers).Model;
    }
}

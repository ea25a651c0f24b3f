using System.Globalization;
using System.Reflection;

namespace NeuralCore.Tests.Contracts;

/// <summary>Types and values as C# writes them. Namespaces are left out: no two public types share a name.</summary>
internal static class ApiNames
{
    private static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(void)] = "void", [typeof(bool)] = "bool", [typeof(byte)] = "byte", [typeof(char)] = "char", [typeof(double)] = "double",
        [typeof(float)] = "float", [typeof(int)] = "int", [typeof(long)] = "long", [typeof(nint)] = "nint", [typeof(nuint)] = "nuint",
            [typeof(object)] = "object",
        [typeof(sbyte)] = "sbyte", [typeof(short)] = "short", [typeof(string)] = "string", [typeof(uint)] = "uint",
            [typeof(ulong)] = "ulong", [typeof(ushort)] = "ushort",
    };

    internal static string Of(Type type) => Of(type, null);

    /// <summary>A type, with a question mark behind what may be null.</summary>
    internal static string Of(Type type, NullabilityInfo? nullability)
    {
        if (type.IsByRef)
            return "ref " + Of(type.GetElementType()!, nullability);
        if (type.IsPointer)
            return Of(type.GetElementType()!) + "*";
        if (Nullable.GetUnderlyingType(type) is { } underlying)
            return Of(underlying) + "?";
        string mark = !type.IsValueType && nullability?.ReadState == NullabilityState.Nullable && !type.IsGenericParameter ? "?" : "";
        if (type.IsArray)
            return $"{Of(type.GetElementType()!, nullability?.ElementType)}[{new string(',', type.GetArrayRank() - 1)}]{mark}";
        if (Keywords.TryGetValue(type, out string? keyword))
            return keyword + mark;
        if (!type.IsGenericType)
            return (type.IsGenericParameter ? type.Name : Qualified(type)) + mark;

        Type[] arguments = type.GetGenericArguments();
        if (type.FullName?.StartsWith("System.ValueTuple`", StringComparison.Ordinal) == true)
            return $"({string.Join(", ", arguments.Select(Of))})";
        NullabilityInfo[]? known = nullability?.GenericTypeArguments;
        IEnumerable<string> names = arguments.Select((argument, i) =>
            Of(argument, known is not null && i < known.Length ? known[i] : null));
        return $"{Qualified(type)}<{string.Join(", ", names)}>{mark}";
    }

    /// <summary>A name without arity and type arguments.</summary>
    internal static string Simple(Type type) => type.Name.Split('`')[0];

    /// <summary>The name with the types it is nested in.</summary>
    internal static string Qualified(Type type) =>
        type.IsNested && !type.IsGenericParameter ? $"{Qualified(type.DeclaringType!)}.{Simple(type)}" : Simple(type);

    internal static string TypeArguments(Type type) =>
        type.IsGenericType ? $"<{string.Join(", ", type.GetGenericArguments().Select(Variance))}>" : "";

    internal static string TypeArguments(MethodInfo method) =>
        method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(Of))}>" : "";

    internal static string Constraints(IEnumerable<Type> parameters) => string.Concat(parameters.Where(parameter =>
        parameter.IsGenericParameter).Select(Constraint));

    internal static string Literal(object? value, Type type)
    {
        switch (value)
        {
            case null:
                return type.IsValueType && Nullable.GetUnderlyingType(type) is null ? "default" : "null";
            case string text:
                return $"\"{text}\"";
            case bool flag:
                return flag ? "true" : "false";
            case float number:
                return number.ToString("R", CultureInfo.InvariantCulture) + "f";
            case double number:
                return number.ToString("R", CultureInfo.InvariantCulture);
            default:
                return type.IsEnum ? $"{type.Name}.{Enum.ToObject(type, value)}" : Convert.ToString(value, CultureInfo.InvariantCulture)!;
        }
    }

    private static string Variance(Type parameter) =>
        (parameter.GenericParameterAttributes & GenericParameterAttributes.VarianceMask) switch
    {
        GenericParameterAttributes.Covariant => "out " + parameter.Name,
        GenericParameterAttributes.Contravariant => "in " + parameter.Name,
        _ => parameter.Name,
    };

    private static string Constraint(Type parameter)
    {
        GenericParameterAttributes attributes = parameter.GenericParameterAttributes;
        bool isStruct = attributes.HasFlag(GenericParameterAttributes.NotNullableValueTypeConstraint);
        bool isUnmanaged = parameter.CustomAttributes.Any(data =>
            data.AttributeType.FullName == "System.Runtime.CompilerServices.IsUnmanagedAttribute");
        List<string> constraints = [];
        if (attributes.HasFlag(GenericParameterAttributes.ReferenceTypeConstraint))
            constraints.Add("class");
        if (isStruct)
            constraints.Add(isUnmanaged ? "unmanaged" : "struct");
        constraints.AddRange(parameter.GetGenericParameterConstraints().Where(type =>
            type != typeof(ValueType)).Select(Of).Order(StringComparer.Ordinal));
        if (attributes.HasFlag(GenericParameterAttributes.DefaultConstructorConstraint) && !isStruct)
            constraints.Add("new()");
        if (attributes.HasFlag(GenericParameterAttributes.AllowByRefLike))
            constraints.Add("allows ref struct");
        return constraints.Count == 0 ? "" : $" where {parameter.Name} : {string.Join(", ", constraints)}";
    }
}

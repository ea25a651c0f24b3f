using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;

namespace NeuralCore.Tests.Contracts;

/// <summary>Prints what users of an assembly can name, as C# would declare it, sorted: one line a member.</summary>
internal sealed class PublicApiPrinter
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private readonly NullabilityInfoContext _nullability = new();

    internal string Print(Assembly assembly)
    {
        StringBuilder text = new();
        foreach (var group in assembly.GetExportedTypes().GroupBy(type => type.Namespace)
            .OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            text.Append($"namespace {group.Key}\n");
            foreach (Type type in group.OrderBy(ApiNames.Qualified, StringComparer.Ordinal))
            {
                text.Append($"\n{Declaration(type)}\n");
                foreach (string member in Members(type))
                    text.Append($"    {member}\n");
            }
            text.Append('\n');
        }
        return text.ToString().TrimEnd('\n') + "\n";
    }

    private static string Declaration(Type type)
    {
        string name = ApiNames.Qualified(type) + ApiNames.TypeArguments(type);
        if (type.IsEnum)
            return $"{(Has(type, "System.FlagsAttribute") ? "[Flags] " : "")}"
                + $"public enum {name} : {ApiNames.Of(Enum.GetUnderlyingType(type))}";

        List<string> words = ["public"];
        bool isRecord = type.GetMethod("PrintMembers", Declared) is not null;
        if (type.IsInterface)
        {
            words.Add("interface");
        }
        else if (type.IsValueType)
        {
            if (Has(type, "System.Runtime.CompilerServices.IsReadOnlyAttribute"))
                words.Add("readonly");
            if (type.IsByRefLike)
                words.Add("ref");
            words.Add(isRecord ? "record struct" : "struct");
        }
        else
        {
            if (type.IsAbstract)
                words.Add(type.IsSealed ? "static" : "abstract");
            else if (type.IsSealed)
                words.Add("sealed");
            words.Add(isRecord ? "record" : "class");
        }

        List<string> bases = [];
        if (type.BaseType is { } parent && parent != typeof(object) && parent != typeof(ValueType))
            bases.Add(ApiNames.Of(parent));
        IEnumerable<Type> inherited = type.BaseType?.GetInterfaces() ?? [];
        bases.AddRange(type.GetInterfaces().Except(inherited).Where(IsVisible).Select(ApiNames.Of).Order(StringComparer.Ordinal));
        return $"{string.Join(' ', words)} {name}{(bases.Count == 0 ? "" : " : " + string.Join(", ", bases))}"
            + $"{ApiNames.Constraints(type.GetGenericArguments())}";
    }

    private static bool IsVisible(Type type) => type.IsVisible;

    private static bool Has(MemberInfo member, string attribute) =>
        member.CustomAttributes.Any(data => data.AttributeType.FullName == attribute);

    private IEnumerable<string> Members(Type type)
    {
        if (type.IsEnum)
        {
            // By value, as declared; the names' order says nothing.
            return Enum.GetValuesAsUnderlyingType(type).Cast<object>()
                .Select(value => string.Create(CultureInfo.InvariantCulture, $"{Enum.GetName(type, value)} = {value}"));
        }

        List<string> members = [];
        foreach (FieldInfo field in type.GetFields(Declared))
        {
            if (Access(field.IsPublic, field.IsFamily, field.IsFamilyOrAssembly, type) is { } access)
                members.Add(Field(field, access));
        }
        foreach (ConstructorInfo constructor in type.GetConstructors(Declared))
        {
            if (Visible(constructor, type) is { } access && !Has(constructor, typeof(CompilerGeneratedAttribute).FullName!))
                members.Add($"{access} {ApiNames.Simple(type)}({Parameters(constructor)})");
        }
        foreach (PropertyInfo property in type.GetProperties(Declared))
        {
            if (Property(property, type) is { } line)
                members.Add(line);
        }
        foreach (EventInfo added in type.GetEvents(Declared))
        {
            if (Visible(added.AddMethod!, type) is { } access)
                members.Add($"{access} event {ApiNames.Of(added.EventHandlerType!)} {added.Name}");
        }
        foreach (MethodInfo method in type.GetMethods(Declared))
        {
            bool isOperator = method.IsSpecialName && method.Name.StartsWith("op_", StringComparison.Ordinal);
            if ((!method.IsSpecialName || isOperator) && !Has(method, typeof(CompilerGeneratedAttribute).FullName!)
                && Visible(method, type) is { } access)
                members.Add(Method(method, access));
        }
        return members.Order(StringComparer.Ordinal);
    }

    private static string? Visible(MethodBase method, Type type) =>
        Access(method.IsPublic, method.IsFamily, method.IsFamilyOrAssembly, type);

    private static string? Access(bool isPublic, bool isFamily, bool isFamilyOrAssembly, Type type) =>
        isPublic ? "public" : type.IsSealed ? null : isFamilyOrAssembly ? "protected internal" : isFamily ? "protected" : null;

    private string Field(FieldInfo field, string access)
    {
        string type = ApiNames.Of(field.FieldType, _nullability.Create(field));
        if (field.IsLiteral)
            return $"{access} const {type} {field.Name} = {ApiNames.Literal(field.GetRawConstantValue(), field.FieldType)}";
        return $"{access} {(field.IsStatic ? "static " : "")}{(field.IsInitOnly ? "readonly " : "")}{type} {field.Name}";
    }

    private string? Property(PropertyInfo property, Type type)
    {
        string? get = property.GetMethod is { } getter ? Visible(getter, type) : null;
        string? set = property.SetMethod is { } setter ? Visible(setter, type) : null;
        if ((get ?? set) is not { } access)
            return null;
        bool isInit = property.SetMethod?.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) == true;
        string required = Has(property, typeof(RequiredMemberAttribute).FullName!) ? "required " : "";
        string accessors = (get is null ? "" : "get; ")
            + (set is null ? "" : $"{(set == access ? "" : set + " ")}{(isInit ? "init" : "set")}; ");
        ParameterInfo[] index = property.GetIndexParameters();
        string name = index.Length == 0 ? property.Name : $"this[{string.Join(", ", index.Select(Parameter))}]";
        MethodInfo accessor = property.GetMethod ?? property.SetMethod!;
        return $"{access} {required}{Modifiers(accessor)}"
            + $"{ApiNames.Of(property.PropertyType, _nullability.Create(property))} {name} {{ {accessors}}}";
    }

    private string Method(MethodInfo method, string access) =>
        $"{access} {Modifiers(method)}{ApiNames.Of(method.ReturnType, _nullability.Create(method.ReturnParameter))} {method.Name}"
        + $"{ApiNames.TypeArguments(method)}({Parameters(method)})"
        + $"{ApiNames.Constraints(method.IsGenericMethod ? method.GetGenericArguments() : [])}";

    private static string Modifiers(MethodInfo method)
    {
        if (method.DeclaringType!.IsInterface && !method.IsStatic)
            return "";
        if (method.IsStatic)
            return method.IsAbstract ? "static abstract " : "static ";
        if (method.GetBaseDefinition() != method)
            return method.IsFinal ? "sealed override " : "override ";
        if (method.IsAbstract)
            return "abstract ";
        return method.IsVirtual && !method.IsFinal ? "virtual " : "";
    }

    private string Parameters(MethodBase method)
    {
        string parameters = string.Join(", ", method.GetParameters().Select(Parameter));
        return Has(method, typeof(ExtensionAttribute).FullName!) ? "this " + parameters : parameters;
    }

    private string Parameter(ParameterInfo parameter)
    {
        Type type = parameter.ParameterType;
        string direction = !type.IsByRef ? "" : parameter.IsOut ? "out " : parameter.IsIn ? "in " : "ref ";
        if (parameter.IsDefined(typeof(ParamArrayAttribute)) || parameter.IsDefined(typeof(ParamCollectionAttribute)))
            direction = "params " + direction;
        string text = $"{direction}"
            + $"{ApiNames.Of(type.IsByRef ? type.GetElementType()! : type, _nullability.Create(parameter))} {parameter.Name}";
        return parameter.HasDefaultValue ? $"{text} = {ApiNames.Literal(parameter.RawDefaultValue, type)}" : text;
    }
}

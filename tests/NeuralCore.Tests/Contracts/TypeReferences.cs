using System.Reflection;
using System.Reflection.Emit;

namespace NeuralCore.Tests.Contracts;

/// <summary>All types that a compiled type names: in its bases, its members' signatures, and the code of its methods.</summary>
internal static class TypeReferences
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<int, OpCode> OpCodesByValue = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => (int)(ushort)code.Value);

    internal static HashSet<Type> Of(Type type)
    {
        HashSet<Type> found = [];
        Add(found, type.BaseType);
        foreach (Type contract in type.GetInterfaces())
            Add(found, contract);
        foreach (FieldInfo field in type.GetFields(Declared))
            Add(found, field.FieldType);
        foreach (Type parameter in type.GetGenericArguments())
            AddConstraints(found, parameter);
        foreach (MethodBase method in type.GetMethods(Declared).Concat<MethodBase>(type.GetConstructors(Declared)))
            AddMethod(found, method);
        return found;
    }

    private static void AddMethod(HashSet<Type> found, MethodBase method)
    {
        if (method is MethodInfo { ReturnType: var returned })
            Add(found, returned);
        foreach (ParameterInfo parameter in method.GetParameters())
            Add(found, parameter.ParameterType);
        Type[] methodArguments = method.IsGenericMethod ? method.GetGenericArguments() : [];
        foreach (Type parameter in methodArguments)
            AddConstraints(found, parameter);
        if (method.GetMethodBody() is not { } body)
            return;
        foreach (LocalVariableInfo local in body.LocalVariables)
            Add(found, local.LocalType);
        foreach (ExceptionHandlingClause clause in body.ExceptionHandlingClauses)
        {
            if (clause.Flags == ExceptionHandlingClauseOptions.Clause)
                Add(found, clause.CatchType);
        }
        Type[] typeArguments = method.DeclaringType!.GetGenericArguments();
        foreach (int token in Tokens(body.GetILAsByteArray()!))
        {
            MemberInfo member = method.Module.ResolveMember(token, typeArguments, methodArguments)!;
            Add(found, member as Type ?? member.DeclaringType);
            if (member is MethodInfo { IsGenericMethod: true } called)
            {
                foreach (Type argument in called.GetGenericArguments())
                    Add(found, argument);
            }
        }
    }

    // The metadata tokens among the operands of a method's instructions.
    private static List<int> Tokens(byte[] code)
    {
        List<int> tokens = [];
        for (int i = 0; i < code.Length;)
        {
            int value = code[i++];
            if (value == 0xFE)
                value = 0xFE00 | code[i++];
            OperandType operand = OpCodesByValue[value].OperandType;
            if (operand is OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineTok or OperandType.InlineType)
                tokens.Add(BitConverter.ToInt32(code, i));
            i += operand switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + 4 * BitConverter.ToInt32(code, i),
                _ => 4,
            };
        }
        return tokens;
    }

    private static void AddConstraints(HashSet<Type> found, Type parameter)
    {
        if (!parameter.IsGenericParameter)
            return;
        foreach (Type constraint in parameter.GetGenericParameterConstraints())
            Add(found, constraint);
    }

    private static void Add(HashSet<Type> found, Type? type)
    {
        if (type is null || type.IsGenericParameter)
            return;
        if (type.HasElementType)
        {
            Add(found, type.GetElementType());
            return;
        }
        if (!type.IsGenericType)
        {
            found.Add(type);
            return;
        }
        found.Add(type.GetGenericTypeDefinition());
        foreach (Type argument in type.GetGenericArguments())
            Add(found, argument);
    }
}

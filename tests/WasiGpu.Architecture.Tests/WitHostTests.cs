using System.Reflection;
using WasiGpu.Architecture.Tests.Wit;
using Xunit;

namespace WasiGpu.Architecture.Tests;

/// <summary>The C# types of the host mirror the package: names, order, types and numbers.</summary>
public sealed class WitHostTests
{
    private static readonly Assembly Core = typeof(IGpuBackend).Assembly;

    [Fact]
    public void ParameterRecords_Always_HaveTheFieldsOfTheirRecords()
    {
        WitType[] records =
            [.. Types("record").Where(type => type.Name.EndsWith("-params", StringComparison.Ordinal))];
        Assert.Equal(7, records.Length);
        foreach (WitType record in records)
        {
            Type type = Assert.Single(Core.GetExportedTypes(), type => IsNamed(type, record.Name));
            ConstructorInfo primary = Assert.Single(type.GetConstructors());
            IEnumerable<WitField> actual = primary.GetParameters()
                .Select(field => new WitField(WitName.Of(field.Name!), TypeOf(field.ParameterType)));
            Assert.Equal(record.Fields, actual);
        }
    }

    [Fact]
    public void DeviceInfo_Always_BeginsWithTheFieldsOfDeviceInfoAfterItsId()
    {
        WitField[] fields = [.. typeof(DeviceInfo).GetProperties()
            .Where(property => property.Name
                is not (nameof(DeviceInfo.Id) or nameof(DeviceInfo.Isolation) or nameof(DeviceInfo.Details)))
            .Where(property => property.GetMethod!.IsPublic)
            .Select(property => (Name: WithoutUnit(property.Name), Type: property.PropertyType))
            .Select(property => new WitField(WitName.Of(property.Name), TypeOf(property.Type)))];
        Assert.Equal(WitPackage.Current.Type("device-info").Fields, fields);
    }

    [Fact]
    public void Enums_Always_HaveTheCasesAndNumbersOfTheirEnums()
    {
        WitType[] enums = [.. Types("enum")];
        Assert.Equal(["elementwise-op", "reduce-op"], enums.Select(type => type.Name));
        foreach (WitType one in enums)
        {
            AssertNumbered(one, Assert.Single(Core.GetExportedTypes(), type => IsNamed(type, one.Name)));
        }
    }

    [Fact]
    public void GpuErrorKind_Always_HasTheCasesNumbersAndTextsOfGpuError()
    {
        WitType error = WitPackage.Current.Type("gpu-error");
        AssertNumbered(error, typeof(GpuErrorKind));
        foreach (GpuErrorKind kind in Enum.GetValues<GpuErrorKind>())
        {
            WitField one = error.Fields[(int)kind];
            Assert.Equal(one.Type == "string", new GpuError(kind, "text").HasText);
            Assert.Equal($"{one.Name}: text", new GpuError(kind, "text").ToString());
        }
    }

    [Fact]
    public void BufferUsage_Always_HasTheBitsOfBufferUsage()
    {
        WitType flags = WitPackage.Current.Type("buffer-usage");
        IEnumerable<(string Name, uint Value)> expected = flags.Fields
            .Select((flag, bit) => (flag.Name, 1u << bit));
        IEnumerable<(string Name, uint Value)> actual = Enum.GetValues<BufferUsage>()
            .Where(flag => flag is not (BufferUsage.None or BufferUsage.All))
            .Select(flag => (WitName.Of(flag.ToString()), (uint)flag));
        Assert.Equal(expected, actual);
        Assert.Equal(BufferUsage.All, (BufferUsage)((1u << flags.Fields.Count) - 1));
    }

    [Fact]
    public void IGpuBackend_Always_HasOneMethodForEachKernelWithItsParameters()
    {
        WitFunction[] kernels = [.. WitPackage.Current.Interfaces.SelectMany(one => one.Functions)
            .Where(function => function.Name.StartsWith("kernel-", StringComparison.Ordinal))];
        Assert.Equal(7, kernels.Length);
        NullabilityInfoContext nullability = new();
        foreach (WitFunction kernel in kernels)
        {
            string name = WitName.WithoutWords(kernel.Name["kernel-".Length..]);
            MethodInfo method = Assert.Single(
                typeof(IGpuBackend).GetMethods(), method => WitName.WithoutWords(method.Name) == name);
            ParameterInfo[] parameters = method.GetParameters();
            Assert.True(IsNamed(parameters[0].ParameterType.GetElementType()!, kernel.Parameters[0].Type!));
            IEnumerable<WitField> buffers = parameters.Skip(1)
                .Select(parameter => new WitField(WitName.Of(parameter.Name!), BufferType(parameter)));
            Assert.Equal(kernel.Parameters.Skip(1), buffers);
        }

        string BufferType(ParameterInfo parameter)
        {
            Assert.Equal(typeof(GpuBuffer), parameter.ParameterType);
            bool isOptional = nullability.Create(parameter).ReadState == NullabilityState.Nullable;
            return isOptional ? "option<buffer-id>" : "buffer-id";
        }
    }

    private static void AssertNumbered(WitType expected, Type type)
    {
        Assert.Equal(typeof(byte), Enum.GetUnderlyingType(type));
        Assert.Equal(expected.Fields.Select(one => one.Name), Enum.GetNames(type).Select(WitName.Of));
        Assert.Equal(
            Enumerable.Range(0, expected.Fields.Count),
            Enum.GetValues(type).Cast<object>().Select(Convert.ToInt32));
    }

    private static bool IsNamed(Type type, string witName)
    {
        return WitName.WithoutWords(type.Name) == WitName.WithoutWords(witName);
    }

    private static string WithoutUnit(string name)
    {
        return name.EndsWith("Bytes", StringComparison.Ordinal) ? name[..^"Bytes".Length] : name;
    }

    private static string TypeOf(Type type)
    {
        return Type.GetTypeCode(type) switch
        {
            _ when type.IsEnum => WitName.Of(type.Name),
            TypeCode.UInt32 => "u32",
            TypeCode.UInt64 => "u64",
            TypeCode.Single => "f32",
            TypeCode.Boolean => "bool",
            TypeCode.String => "string",
            _ => throw new NotSupportedException($"no type of WIT stands for {type}"),
        };
    }

    private IEnumerable<WitType> Types(string kind)
    {
        return WitPackage.Current.Interfaces.SelectMany(one => one.Types).Where(type => type.Kind == kind);
    }
}

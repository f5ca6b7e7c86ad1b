using System.Runtime.InteropServices;

namespace WasiGpu.WebGpu.Native;

/// <content>Structures and constants, as this build of Dawn lays them out.</content>
internal static unsafe partial class Dawn
{
    internal const uint TypeShaderSourceWgsl = 2;
    internal const uint TypeDawnToggles = 0x5000A;
    internal const uint TypeMemoryHeaps = 0x50013;

    internal const ulong HeapDeviceLocal = 1;

    internal const uint StatusSuccess = 1;

    internal const uint WaitSuccess = 1;
    internal const uint WaitTimedOut = 2;

    internal const uint CallbackWaitAnyOnly = 1;
    internal const uint CallbackSpontaneous = 3;

    internal const uint ErrorValidation = 2;
    internal const uint ErrorOutOfMemory = 3;
    internal const uint ErrorInternal = 4;

    internal const uint LostDestroyed = 2;
    internal const uint LostFailedCreation = 4;

    internal const uint BackendUndefined = 0;
    internal const uint BackendVulkan = 6;

    internal const uint AdapterDiscrete = 1;
    internal const uint AdapterIntegrated = 2;
    internal const uint AdapterCpu = 3;

    internal const uint FeatureLevelCore = 2;
    internal const uint PowerLow = 1;
    internal const uint PowerHigh = 2;

    internal const uint FeatureTimestampQuery = 3;
    internal const uint FeatureImplicitDeviceSynchronization = 0x50004;

    internal const uint QueryTimestamp = 2;

    internal const ulong UsageMapRead = 1;
    internal const ulong UsageMapWrite = 2;
    internal const ulong UsageCopySrc = 4;
    internal const ulong UsageCopyDst = 8;
    internal const ulong UsageUniform = 64;
    internal const ulong UsageStorage = 128;
    internal const ulong UsageQueryResolve = 512;

    internal const ulong MapRead = 1;
    internal const ulong MapWrite = 2;

    internal const ulong VisibilityCompute = 4;

    internal const uint BindingUniform = 2;
    internal const uint BindingStorage = 3;
    internal const uint BindingReadOnlyStorage = 4;

    /// <summary>A text; the length is <c>nuint.MaxValue</c> with a null pointer for none.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct StringView
    {
        internal byte* Data;
        internal nuint Length;

        internal static StringView None => new() { Length = nuint.MaxValue };
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct Future
    {
        internal ulong Id;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct FutureWaitInfo
    {
        internal Future Future;
        internal uint Completed;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct Chained
    {
        internal void* Next;
        internal uint Type;
    }

    /// <summary>What every descriptor with a label begins with.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Labelled
    {
        internal void* Next;
        internal StringView Label;

        internal static Labelled None => new() { Label = StringView.None };
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct InstanceDescriptor
    {
        internal void* Next;
        internal void* CapabilitiesNext;
        internal uint TimedWaitAnyEnable;
        internal nuint TimedWaitAnyMaxCount;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct RequestAdapterOptions
    {
        internal void* Next;
        internal uint FeatureLevel;
        internal uint PowerPreference;
        internal uint ForceFallbackAdapter;
        internal uint BackendType;
        internal nint CompatibleSurface;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct CallbackInfo
    {
        internal void* Next;
        internal uint Mode;
        internal void* Callback;
        internal nint UserData1;
        internal nint UserData2;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct UncapturedInfo
    {
        internal void* Next;
        internal void* Callback;
        internal nint UserData1;
        internal nint UserData2;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct AdapterInfo
    {
        internal void* Next;
        internal StringView Vendor;
        internal StringView Architecture;
        internal StringView Device;
        internal StringView Description;
        internal uint BackendType;
        internal uint AdapterType;
        internal uint VendorId;
        internal uint DeviceId;
        internal uint SubgroupMinSize;
        internal uint SubgroupMaxSize;
    }

    /// <summary>Chained to <see cref="AdapterInfo"/>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct MemoryHeaps
    {
        internal Chained Chained;
        internal nuint Count;
        internal MemoryHeap* Items;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct MemoryHeap
    {
        internal ulong Properties;
        internal ulong Size;
    }

    /// <summary>Chained to <see cref="DeviceDescriptor"/>: names of what to switch on and off inside Dawn.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Toggles
    {
        internal Chained Chained;
        internal nuint EnabledCount;
        internal byte** Enabled;
        internal nuint DisabledCount;
        internal byte** Disabled;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct Features
    {
        internal nuint Count;
        internal uint* Items;
    }

    /// <summary>Passed back whole; the fields that are read have names.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 152)]
    internal struct Limits
    {
        [FieldOffset(52)]
        internal uint MaxStorageBuffersPerShaderStage;

        [FieldOffset(72)]
        internal ulong MaxStorageBufferBindingSize;

        [FieldOffset(80)]
        internal uint MinUniformBufferOffsetAlignment;

        [FieldOffset(84)]
        internal uint MinStorageBufferOffsetAlignment;

        [FieldOffset(96)]
        internal ulong MaxBufferSize;

        [FieldOffset(124)]
        internal uint MaxComputeWorkgroupStorageSize;

        [FieldOffset(128)]
        internal uint MaxComputeInvocationsPerWorkgroup;

        [FieldOffset(144)]
        internal uint MaxComputeWorkgroupsPerDimension;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct DeviceDescriptor
    {
        internal Labelled Labelled;
        internal Features RequiredFeatures;
        internal Limits* RequiredLimits;
        internal Labelled DefaultQueue;
        internal CallbackInfo DeviceLost;
        internal UncapturedInfo UncapturedError;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct BufferDescriptor
    {
        internal Labelled Labelled;
        internal ulong Usage;
        internal ulong Size;
        internal uint MappedAtCreation;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct ShaderSourceWgsl
    {
        internal Chained Chained;
        internal StringView Code;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct BindGroupEntry
    {
        internal void* Next;
        internal uint Binding;
        internal nint Buffer;
        internal ulong Offset;
        internal ulong Size;
        internal nint Sampler;
        internal nint TextureView;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct BindGroupDescriptor
    {
        internal Labelled Labelled;
        internal nint Layout;
        internal nuint EntryCount;
        internal BindGroupEntry* Entries;
    }

    /// <summary>What lies behind the buffer part (samplers, textures) stays zero.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 120)]
    internal struct BindGroupLayoutEntry
    {
        [FieldOffset(8)]
        internal uint Binding;

        [FieldOffset(16)]
        internal ulong Visibility;

        [FieldOffset(40)]
        internal uint BufferType;

        [FieldOffset(44)]
        internal uint HasDynamicOffset;

        [FieldOffset(48)]
        internal ulong MinBindingSize;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct BindGroupLayoutDescriptor
    {
        internal Labelled Labelled;
        internal nuint EntryCount;
        internal BindGroupLayoutEntry* Entries;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct PipelineLayoutDescriptor
    {
        internal Labelled Labelled;
        internal nuint LayoutCount;
        internal nint* Layouts;
        internal uint ImmediateSize;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct ConstantEntry
    {
        internal void* Next;
        internal StringView Key;
        internal double Value;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct ComputePipelineDescriptor
    {
        internal Labelled Labelled;
        internal nint Layout;
        internal void* StageNext;
        internal nint Module;
        internal StringView EntryPoint;
        internal nuint ConstantCount;
        internal ConstantEntry* Constants;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct PassTimestampWrites
    {
        internal void* Next;
        internal nint QuerySet;
        internal uint BeginIndex;
        internal uint EndIndex;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct ComputePassDescriptor
    {
        internal Labelled Labelled;
        internal PassTimestampWrites* TimestampWrites;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct QuerySetDescriptor
    {
        internal Labelled Labelled;
        internal uint Type;
        internal uint Count;
    }
}

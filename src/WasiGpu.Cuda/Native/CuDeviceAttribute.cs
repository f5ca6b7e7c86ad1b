namespace WasiGpu.Cuda.Native;

/// <summary><c>CUdevice_attribute</c>: those that the backend asks for.</summary>
internal enum CuDeviceAttribute
{
    MultiprocessorCount = 16,
    Integrated = 18,
    ComputeMode = 20,
    EccEnabled = 32,
    ComputeCapabilityMajor = 75,
    ComputeCapabilityMinor = 76,
    MaxSharedMemoryPerBlockOptin = 97,
    MemoryPoolsSupported = 115,
    MpsEnabled = 133,
}

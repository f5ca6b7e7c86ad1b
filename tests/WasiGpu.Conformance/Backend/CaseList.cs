namespace WasiGpu.Conformance;

/// <summary>Collects the cases.</summary>
internal sealed class CaseList
{
    internal List<ConformanceCase> All { get; } = [];

    /// <summary>Adds a case that needs one session; after its body all operands are verified.</summary>
    internal void Add(string name, Action<DeviceScope> body, bool isBig = false)
    {
        AddWithDevice(name, OneSession, isBig);

        void OneSession(CaseContext context)
        {
            using DeviceScope scope = context.Open();
            body(scope);
            scope.Verify();
        }
    }

    /// <summary>Adds a case that opens its sessions itself.</summary>
    internal void AddWithDevice(string name, Action<CaseContext> body, bool isBig = false)
    {
        All.Add(new BackendCase(name, isBig, body));
    }
}

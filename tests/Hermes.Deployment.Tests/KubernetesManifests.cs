using k8s;
using k8s.Models;

namespace Hermes.Deployment.Tests;

/// <summary>The manifests of deploy/kubernetes, read by Kubernetes's own types, strictly: a member that they do not know is a fault.</summary>
public sealed class KubernetesManifests
{
    // Kustomize's own file is none of the server's.
    private static IReadOnlyList<object> Objects { get; } =
    [
        .. CheckedOut.Files("deploy/kubernetes", "*.yaml")
            .Where(file => Path.GetFileName(file) != "kustomization.yaml")
            .SelectMany(file => KubernetesYaml.LoadAllFromString(File.ReadAllText(file), strict: true)),
    ];

    public static TheoryData<string> Workers => ["consumer", "retransmitter", "janitor"];

    [Theory, MemberData(nameof(Workers))]
    public void A_worker_is_probed_at_the_port_on_which_it_listens(string worker)
    {
        var container = Container(worker);
        var port = Assert.Single(container.Ports);
        Assert.EndsWith($":{port.ContainerPort}", container.Env.Single(e => e.Name == "HERMES_Status__Listen").Value, StringComparison.Ordinal);
        foreach (var probe in new[] { container.StartupProbe, container.LivenessProbe, container.ReadinessProbe })
            Assert.Equal(port.Name, probe.HttpGet.Port.Value);
        Assert.Equal(port.ContainerPort.ToString(System.Globalization.CultureInfo.InvariantCulture), Deployment(worker).Spec.Template.Metadata.Annotations["prometheus.io/port"]);
    }

    [Theory, MemberData(nameof(Workers))]
    public void A_worker_runs_without_rights_and_has_time_to_drain(string worker)
    {
        var pod = Deployment(worker).Spec.Template.Spec;
        var container = Container(worker);
        Assert.True(pod.SecurityContext.RunAsNonRoot);
        Assert.False(pod.AutomountServiceAccountToken);
        Assert.True(container.SecurityContext.ReadOnlyRootFilesystem);
        Assert.False(container.SecurityContext.AllowPrivilegeEscalation);
        Assert.Equal(["ALL"], container.SecurityContext.Capabilities.Drop);
        Assert.True(pod.TerminationGracePeriodSeconds > 45, "The drain budget and the farewell take 45 s.");
    }

    [Theory, MemberData(nameof(Workers))]
    public void Labels_of_pods_are_those_that_selectors_and_budgets_ask_for(string worker)
    {
        var deployment = Deployment(worker);
        var labels = deployment.Spec.Template.Metadata.Labels;
        var budget = Objects.OfType<V1PodDisruptionBudget>().Single(b => b.Metadata.Name == $"hermes-{worker}");
        foreach (var (key, value) in deployment.Spec.Selector.MatchLabels.Concat(budget.Spec.Selector.MatchLabels))
            Assert.Equal(value, labels[key]);
        var policy = Objects.OfType<V1NetworkPolicy>().Single(p => p.Metadata.Name == "hermes-workers");
        foreach (var (key, value) in policy.Spec.PodSelector.MatchLabels)
            Assert.Equal(value, labels[key]);
    }

    [Fact]
    public void The_consumer_is_scaled_by_its_own_name()
    {
        var scaler = Assert.Single(Objects.OfType<V2HorizontalPodAutoscaler>());
        Assert.Equal(Deployment("consumer").Metadata.Name, scaler.Spec.ScaleTargetRef.Name);
        Assert.True(scaler.Spec.MinReplicas <= Deployment("consumer").Spec.Replicas);
    }

    [Fact]
    public void All_files_are_part_of_the_kustomization()
    {
        var kustomization = CheckedOut.Read("deploy/kubernetes/base/kustomization.yaml");
        Assert.All(CheckedOut.Files("deploy/kubernetes/base", "*.*").Select(f => Path.GetFileName(f)!).Where(name => name != "kustomization.yaml"),
            name => Assert.Contains(name, kustomization, StringComparison.Ordinal));
    }

    private static V1Deployment Deployment(string worker) => Objects.OfType<V1Deployment>().Single(d => d.Metadata.Name == $"hermes-{worker}");

    private static V1Container Container(string worker) => Assert.Single(Deployment(worker).Spec.Template.Spec.Containers);
}

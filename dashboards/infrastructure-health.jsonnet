// Does the cluster give LegalLLM what it needs? Names are those of kube-state-metrics, cAdvisor (through the kubelet) and node_exporter.
local look = import 'look/dashboard.libsonnet';
local limit = import 'look/limits.libsonnet';
local panel = import 'look/panel.libsonnet';
local query = panel.query;

local ours = 'namespace=~"$namespace", @';
local pods = 'container!="", container!="POD", pod!="", %s' % ours;
local throttled = 'sum by (pod) (rate(container_cpu_cfs_throttled_periods_total{%s}[$__rate_interval])) / sum by (pod) (rate(container_cpu_cfs_periods_total{%s}[$__rate_interval]))' % [pods, pods];
local disks = 'fstype!~"tmpfs|ramfs|overlay|squashfs|nsfs|rpc_pipefs", @';
// The fleet has no alerts of its own on the cluster: whoever runs it has kubernetes-mixin's.
local full(sev, drawn) = limit.because('room for a node or volume to lose; kubernetes-mixin alerts on the cluster', sev, drawn);
local wrong(sev) = limit.because('the runbook counts pods that do not run as a fault', sev, 1);

local tiles = look.row('', [
  panel.tile(
    'Pods',
    'Those that do not run (pending, failed or unknown: what "kubectl get pods | grep -v Running" of the runbook counts), and those that their processor limit holds back for a quarter of the time and more. The table names the deployment, the lines the pod.',
    [
      query('sum(kube_pod_status_phase{phase=~"Pending|Failed|Unknown", %s})' % ours, 'not running'),
      query('count(%s > 0.25) or 0 * count(%s)' % [throttled, throttled], 'held back'),
    ],
    none='no cluster',
  ) + panel.tileLimits('not running', [wrong('2')])
  + panel.tileLimits('held back', [limit.because('kubernetes-mixin: CPUThrottlingHigh', '3', 1)]),
  panel.tile(
    'Replicas missing',
    'Replicas that deployments and stateful sets want and do not have ready.',
    [query('sum(clamp_min(kube_deployment_spec_replicas{%s} - kube_deployment_status_replicas_available{%s}, 0)) + (sum(clamp_min(kube_statefulset_replicas{%s} - kube_statefulset_status_replicas_ready{%s}, 0)) or vector(0))' % [ours, ours, ours, ours])],
    given=[wrong('2')],
    none='no cluster',
  ),
  panel.tile(
    'Restarts in the last hour',
    'Of containers of the namespace. More than now and then is a crash loop: kubectl logs --previous.',
    [query('sum(increase(kube_pod_container_status_restarts_total{%s}[1h]))' % ours)],
    given=[wrong('3')],
    none='no cluster',
    decimals=0,
  ),
  panel.tile(
    'Nodes not ready',
    'Nodes of the cluster whose condition Ready is not true. Their pods are moved after five minutes.',
    [query('sum(kube_node_status_condition{condition="Ready", status!="true", @})')],
    given=[wrong('2')],
    none='no cluster',
  ),
  panel.tile(
    'Busiest node',
    'Processor and memory of the node that has the least left of each. Above 90 % there is no room for a node to fail.',
    [
      query('max(1 - avg by (instance) (rate(node_cpu_seconds_total{mode="idle", @}[$__rate_interval])))', 'processor'),
      query('max(1 - node_memory_MemAvailable_bytes{@} / node_memory_MemTotal_bytes{@})', 'memory'),
    ],
    unit='percentunit',
    given=[full('3', 0.8), full('2', 0.9)],
    none='no node_exporter',
    decimals=0,
  ),
  panel.tile(
    'Fullest volume',
    'The fullest file system of a node, and the fullest volume of a pod. A database that cannot write stops.',
    [
      query('max(1 - node_filesystem_avail_bytes{%s} / node_filesystem_size_bytes{%s})' % [disks, disks], 'node'),
      query('max(kubelet_volume_stats_used_bytes{%s} / kubelet_volume_stats_capacity_bytes{%s})' % [ours, ours], 'pod'),
    ],
    unit='percentunit',
    given=[full('3', 0.8), full('2', 0.9)],
    none='not known',
    decimals=0,
  ),
]);

local workloads = look.row('Workloads', [
  panel.table(
    'Deployments',
    'Replicas that are wanted and available, and restarts of the last hour. An interface has two deployments, blue and green; the slot that takes no traffic may want none.',
    [
      query('sum by (deployment) (kube_deployment_spec_replicas{%s})' % ours),
      query('sum by (deployment) (kube_deployment_status_replicas_available{%s})' % ours),
      query('sum by (deployment) (clamp_min(kube_deployment_spec_replicas{%s} - kube_deployment_status_replicas_available{%s}, 0))' % [ours, ours]),
      query('sum by (deployment) (label_replace(increase(kube_pod_container_status_restarts_total{pod=~".+-[a-z0-9]+-[a-z0-9]{5}", %s}[1h]), "deployment", "$1", "pod", "(.+)-[a-z0-9]+-[a-z0-9]{5}"))' % ours),
    ],
    [
      panel.column('deployment', 'Deployment'),
      panel.column('Value #A', 'Wanted', unit='short', width=80),
      panel.column('Value #B', 'Available', unit='short', width=90),
      panel.column('Value #C', 'Missing', unit='short', given=[wrong('2')], width=80),
      panel.column('Value #D', 'Restarts, 1 h', unit='short', decimals=0, given=[wrong('3')], width=110),
    ],
    w=12,
    h=14,
    sort='Missing',
  ),
  panel.lines(
    'Blue and green',
    'Available replicas of the interface\'s two slots. A switch of traffic is one line that rises before the other falls; a gap between them is an outage.',
    [query('sum by (deployment) (kube_deployment_status_replicas_available{deployment=~"legalllm-unified-interface(-blue|-green)?", %s})' % ours, '{{deployment}}')],
    'short',
    w=12,
    h=7,
  ) + panel.coloured({ 'legalllm-unified-interface-blue': 'blue', 'legalllm-unified-interface-green': 'green' }),
  panel.lines(
    'Pods by phase',
    'Anything but Running that stays for minutes is a fault: no node has room (Pending), the container ends (Failed), its node is gone (Unknown).',
    [query('sum by (phase) (kube_pod_status_phase{%s})' % ours, '{{phase}}')],
    'short',
    w=12,
    h=7,
    stack=true,
  ) + panel.coloured({ Running: 'green', Succeeded: 'blue', Pending: 'yellow', Failed: 'red', Unknown: 'purple' }),
  panel.lines(
    'Autoscalers: replicas of their maximum',
    'At 100 % an autoscaler can do no more: raise its maximum, or add nodes.',
    [query('max by (horizontalpodautoscaler) (kube_horizontalpodautoscaler_status_current_replicas{%s} / kube_horizontalpodautoscaler_spec_max_replicas{%s})' % [ours, ours], '{{horizontalpodautoscaler}}')],
    'percentunit',
    w=12,
    h=7,
    max=1,
  ),
  panel.bars(
    'Restarts of containers',
    'By pod. One that repeats at even distances is a crash loop or a failing liveness probe.',
    [query('sum by (pod) (increase(kube_pod_container_status_restarts_total{%s}[$__rate_interval])) > 0 or sum by (namespace) (0 * increase(kube_pod_container_status_restarts_total{%s}[$__rate_interval]))' % [ours, ours], '{{pod}}{{namespace}}')],
    w=12,
    h=7,
  ),
]);

local containers = look.row('Containers', [
  panel.lines(
    'Processor by pod',
    'The ten pods that use most. Scale what is at its limit; the next panel says who is held back.',
    [query('topk(10, sum by (pod) (rate(container_cpu_usage_seconds_total{%s}[$__rate_interval])))' % pods, '{{pod}}')],
    'suffix:cores',
    w=8,
    h=10,
  ) + panel.ranked,
  panel.lines(
    'Held back by its processor limit',
    'Share of the scheduler\'s periods in which a pod used up its limit and had to wait. Above a quarter, hops between agents become slow: raise the limit.',
    [query('topk(10, %s)' % throttled, '{{pod}}')],
    'percentunit',
    [limit.because('kubernetes-mixin: CPUThrottlingHigh', '3', 0.25)],
    w=8,
    h=10,
    max=1,
  ) + panel.ranked,
  panel.lines(
    'Memory of its limit, by pod',
    'Working set over the limit, the ten highest. At 100 % the kernel kills the container (OOMKilled).',
    [query('topk(10, sum by (pod) (container_memory_working_set_bytes{%s}) / sum by (pod) (kube_pod_container_resource_limits{resource="memory", %s}))' % [pods, ours], '{{pod}}')],
    'percentunit',
    [full('2', 0.9)],
    w=8,
    h=10,
    max=1,
  ) + panel.ranked,
]);

local nodes = look.row('Nodes', [
  panel.lines(
    'Processor',
    'Share of each node\'s processors that is busy.',
    [query('1 - avg by (instance) (rate(node_cpu_seconds_total{mode="idle", @}[$__rate_interval]))', '{{instance}}')],
    'percentunit',
    [full('2', 0.9)],
    w=6,
    max=1,
  ),
  panel.lines(
    'Memory',
    'Share of each node\'s memory that nobody else could have.',
    [query('1 - max by (instance) (node_memory_MemAvailable_bytes{@}) / max by (instance) (node_memory_MemTotal_bytes{@})', '{{instance}}')],
    'percentunit',
    [full('2', 0.9)],
    w=6,
    max=1,
  ),
  panel.lines(
    'File systems',
    'The fullest of each node.',
    [query('max by (instance) (1 - node_filesystem_avail_bytes{%s} / node_filesystem_size_bytes{%s})' % [disks, disks], '{{instance}}')],
    'percentunit',
    [full('3', 0.8), full('2', 0.9)],
    w=6,
    max=1,
  ),
  panel.lines(
    'Network',
    'Bytes in and out of each node, without loopback.',
    [
      query('sum by (instance) (rate(node_network_receive_bytes_total{device!="lo", @}[$__rate_interval]))', 'in {{instance}}'),
      query('sum by (instance) (rate(node_network_transmit_bytes_total{device!="lo", @}[$__rate_interval]))', 'out {{instance}}'),
    ],
    'Bps',
    w=6,
  ),
]);

local fleet = look.row('The fleet\'s own processes', [
  panel.lines(
    'Processor',
    'What each exporter, prober and server of the fleet uses.',
    [query('sum by (job) (rate(process_cpu_seconds_total{@}[$__rate_interval]))', '{{job}}')],
    'suffix:cores',
    w=8,
  ),
  panel.lines(
    'Memory',
    'Resident memory. A line that only rises is a leak.',
    [query('sum by (job) (process_resident_memory_bytes{@})', '{{job}}')],
    'bytes',
    w=8,
  ),
  panel.lines(
    'File descriptors, of the most',
    'Above 80 % for ten minutes is FileDescriptorsHigh: soon it can neither scrape nor be scraped.',
    [query('max by (job) (process_open_fds{@} / process_max_fds{@})', '{{job}}')],
    'percentunit',
    [limit.over('FileDescriptorsHigh', '3', 0.8)],
    w=8,
    max=1,
  ),
]);

look.dashboard(
  uid='legalllm-infrastructure',
  title='Infrastructure Health',
  description='Does the cluster give LegalLLM what it needs: replicas, processors, memory, disks? From kube-state-metrics, cAdvisor and node_exporter; the last row is the fleet itself.',
  jobs='up{job!=""}',
  rows=[tiles, workloads, containers, nodes, fleet],
  components='fleet|services|unified-interface',
  variables=[
    look.variable('namespace', 'Namespace', 'label_values(kube_pod_status_phase{job=~"$job", instance=~"$instance"}, namespace)'),
  ],
  tags=['infrastructure', 'use'],
)

/*
 * What engine and machines agree on. The engine never runs an agent in the cloud: it runs one small tool on the head,
 * `paceline-sched`, which the head's script installs in /usr/local/sbin (and which azsim's ghosts answer under the same name).
 *
 *   paceline-sched status
 *       One line for the last mark of each name, fields by TAB: NAME PHASE UTC_SECONDS TEXT. NAME is "head" or a node's scheduler name (the host
 *       name before it has one). PHASE of the head: mount, munge, config, slurmctld, nfs, ready, or failed. Of a node: boot,
 *       wait (for its line in the list), mount, munge, slurmd, ready, or failed. TEXT says what failed, else it is empty.
 *       The first line is "paceline-sched<TAB>1<TAB>UTC_SECONDS<TAB>": format version and the head's clock.
 *   paceline-sched publish
 *       stdin: the whole list of nodes, one line each, fields by TAB: HOST NAME ARRAY SIZE CPUS MEM_MIB GPUS FEATURES
 *       (FEATURES by comma: array, size, "spot" or "ondemand", then the array's own). Replaces /sched/nodes at once (temp name,
 *       rename). Prints "ok N". The node's script waits for the line of its own host name and joins under NAME.
 *   paceline-sched offers
 *       stdin: OFFERS (below), as they are now. What the scheduler does not offer yet is made known to it while it runs, under new names; what it
 *       offers and is not among them goes when no node of its array and size is left. Prints "ok N K": N new ones, K that wait for their nodes to go.
 *   paceline-sched submit NAME ARRAY_SPEC PARTITION CWD [ARGS...] [-- WORDS...]
 *       stdin: the job script; it is kept under the user's home in jobs/, and submitted with the scheduler's own command; WORDS are the script's arguments. Prints
 *       what that prints. NAME ("the script says it"), ARRAY_SPEC, PARTITION and CWD may be "-". With PACELINE_KEY in the environment a request that was
 *       carried out before under the same key is not carried out again: it prints the same answer.
 *   paceline-sched stop
 *       Ends the scheduler's daemons and unmounts: before the head goes.
 *
 * Variables in front of the boot script (boot_script's vars), all upper case:
 *   head: CLUSTER, ADMIN_USER, VNET_CIDR, OFFERS (one line for each array and size: "ARRAY SIZE CPUS MEM_MIB GPUS spot|ondemand|both
 *         MAX_NODES DEFAULT FEATURES", fields by blank), EXPORTS (paths by blank), DISKS (lines "PATH LUN new|kept" of
 *         managed disks to mount; only a new one that holds nothing gets a file system), SETTINGS (lines "NAME=VALUE" of the template's scheduler.settings)
 *   node: CLUSTER, ADMIN_USER, ARRAY, HEAD (host name of the head), MOUNTS (paths by blank), SETTINGS
 */
#ifndef TEMPLATE_HEAD_H
#define TEMPLATE_HEAD_H

#define HEAD_TOOL         "/usr/local/sbin/paceline-sched"
#define HEAD_KEY          "PACELINE_KEY"

#endif

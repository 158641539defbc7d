/* Every route with the role it needs: a handler without one does not compile into the table
 * (S3.1). */
#include <string.h>

#include "base/mem.h"
#include "server/server_private.h"

const struct route routes[] = {
	{ "GET", "/v1/engine", ROLE_VIEWER, get_engine },
	{ "POST", "/v1/engine/resume", ROLE_ADMIN, resume_engine },
	{ "POST", "/v1/engine/take-over", ROLE_ADMIN, take_over_engine },
	{ "POST", "/v1/clouds/*/retry", ROLE_OPERATOR, retry_cloud },
	{ "GET", "/v1/status", ROLE_VIEWER, get_status },
	{ "GET", "/v1/limits", ROLE_VIEWER, list_limits },
	{ "GET", "/v1/disks", ROLE_VIEWER, list_disks },
	{ "GET", "/v1/clusters", ROLE_VIEWER, list_clusters },
	{ "POST", "/v1/clusters", ROLE_OPERATOR, create_cluster },
	{ "GET", "/v1/clusters/*", ROLE_VIEWER, get_cluster },
	{ "POST", "/v1/clusters/*/start", ROLE_OPERATOR, start_cluster },
	{ "POST", "/v1/clusters/*/stop", ROLE_OPERATOR, stop_cluster },
	{ "POST", "/v1/clusters/*/update", ROLE_OPERATOR, update_cluster },
	{ "GET", "/v1/clusters/*/update", ROLE_VIEWER, get_update_form },
	{ "POST", "/v1/clusters/*/update/check", ROLE_VIEWER, check_update_form },
	{ "POST", "/v1/clusters/*/editing", ROLE_OPERATOR, edit_cluster },
	{ "POST", "/v1/clusters/*/pause", ROLE_OPERATOR, pause_cluster },
	{ "POST", "/v1/clusters/*/resume", ROLE_OPERATOR, resume_cluster },
	{ "POST", "/v1/clusters/*/protect", ROLE_OPERATOR, protect_cluster },
	{ "POST", "/v1/clusters/*/unprotect", ROLE_ADMIN, unprotect_cluster },
	{ "GET", "/v1/clusters/*/teardown", ROLE_VIEWER, get_teardown },
	{ "POST", "/v1/clusters/*/teardown", ROLE_OPERATOR, post_teardown },
	{ "GET", "/v1/clusters/*/nodes", ROLE_VIEWER, list_nodes },
	{ "GET", "/v1/clusters/*/jobs", ROLE_VIEWER, list_jobs },
	{ "GET", "/v1/clusters/*/arrays", ROLE_VIEWER, list_arrays },
	{ "GET", "/v1/clusters/*/nodes/*", ROLE_VIEWER, get_node },
	{ "POST", "/v1/clusters/*/nodes/drain", ROLE_OPERATOR, drain_nodes },
	{ "POST", "/v1/clusters/*/nodes/undrain", ROLE_OPERATOR, undrain_nodes },
	{ "POST", "/v1/clusters/*/nodes/terminate", ROLE_OPERATOR, terminate_nodes },
	{ "POST", "/v1/clusters/*/nodes/keep", ROLE_OPERATOR, keep_nodes },
	{ "POST", "/v1/clusters/*/nodes/unkeep", ROLE_OPERATOR, unkeep_nodes },
	{ "POST", "/v1/clusters/*/arrays/keep", ROLE_OPERATOR, keep_arrays },
	{ "POST", "/v1/clusters/*/arrays/unkeep", ROLE_OPERATOR, unkeep_arrays },
	{ "POST", "/v1/clusters/*/arrays/retry", ROLE_OPERATOR, retry_arrays },
	{ "GET", "/v1/clusters/*/jobs/*", ROLE_VIEWER, get_job },
	{ "GET", "/v1/clusters/*/jobs/*/log", ROLE_OPERATOR, get_job_log },
	{ "GET", "/v1/clusters/*/jobs/*/files", ROLE_OPERATOR, get_job_files },
	{ "GET", "/v1/clusters/*/nodes/*/log", ROLE_OPERATOR, get_node_log },
	{ "POST", "/v1/clusters/*/jobs", ROLE_OPERATOR, submit_job },
	{ "GET", "/v1/clusters/*/jobs/*/resubmit", ROLE_VIEWER, get_job_again },
	{ "POST", "/v1/clusters/*/jobs/*/resubmit", ROLE_OPERATOR, resubmit_job },
	{ "POST", "/v1/clusters/*/jobs/*/resubmit/check", ROLE_VIEWER, check_job_again },
	{ "POST", "/v1/clusters/*/jobs/check", ROLE_VIEWER, check_job_new },
	{ "POST", "/v1/clusters/*/jobs/cancel", ROLE_OPERATOR, act_on_jobs },
	{ "POST", "/v1/clusters/*/jobs/hold", ROLE_OPERATOR, act_on_jobs },
	{ "POST", "/v1/clusters/*/jobs/release", ROLE_OPERATOR, act_on_jobs },
	{ "POST", "/v1/clusters/*/jobs/requeue", ROLE_OPERATOR, act_on_jobs },
	{ "GET", "/v1/clusters/*/history", ROLE_VIEWER, get_history },
	{ "GET", "/v1/clusters/*/plan", ROLE_VIEWER, get_plan },
	{ "GET", "/v1/clusters/*/why/*", ROLE_VIEWER, get_why },
	{ "GET", "/v1/clusters/*/killed", ROLE_VIEWER, get_killed },
	{ "GET", "/v1/clusters/*/ssh", ROLE_OPERATOR, get_ssh },
	{ "GET", "/v1/templates", ROLE_VIEWER, list_templates },
	{ "GET", "/v1/templates/*", ROLE_VIEWER, get_template },
	{ "GET", "/v1/templates/*/diff", ROLE_VIEWER, diff_template },
	{ "POST", "/v1/templates/*/editing", ROLE_OPERATOR, edit_template },
	{ "POST", "/v1/templates/check", ROLE_VIEWER, check_text },
	{ "POST", "/v1/templates/*/check", ROLE_VIEWER, check_template },
	{ "GET", "/v1/found", ROLE_VIEWER, list_found },
	{ "POST", "/v1/found/adopt", ROLE_ADMIN, adopt_found },
	{ "POST", "/v1/found/plan", ROLE_ADMIN, plan_condemn },
	{ "POST", "/v1/found/condemn", ROLE_ADMIN, condemn_found },
	{ "GET", "/v1/cost", ROLE_VIEWER, get_cost },
	{ "GET", "/v1/events", ROLE_VIEWER, list_events },
	{ "GET", "/v1/operations", ROLE_VIEWER, list_operations },
	{ "GET", "/v1/operations/*", ROLE_VIEWER, get_operation },
	{ "POST", "/v1/operations/*/cancel", ROLE_OPERATOR, cancel_operation },
	{ "POST", "/v1/operations/*/retry", ROLE_OPERATOR, retry_operation },
	{ "POST", "/v1/operations/*/skip", ROLE_OPERATOR, skip_item },
	{ "POST", "/v1/stream", ROLE_VIEWER, open_stream },
	{ "PUT", "/v1/stream/*", ROLE_VIEWER, change_stream },
	{ "GET", "/v1/audit", ROLE_ADMIN, list_audit },
	{ "GET", "/v1/audit/export", ROLE_ADMIN, export_audit },
	{ "POST", "/v1/audit/exported", ROLE_ADMIN, exported_audit },
	{ "GET", "/v1/audit/prune", ROLE_ADMIN, get_prunable },
	{ "POST", "/v1/audit/prune", ROLE_ADMIN, prune_audit },
	{ "GET", "/v1/audit/verify", ROLE_ADMIN, verify_audit },
	{ "POST", "/v1/backup", ROLE_OPERATOR, make_backup },
};

const size_t n_routes = ARRAY_LEN(routes);

/*
 * R9.2: the effect and the remembered answer are one commit, so that a repetition after a kill
 * between the two finds both or neither. Not so where a part of what is asked may fail alone
 * (adopt), and where the scheduler does it: it gets the key.
 */
bool route_is_one_act(const struct route *r)
{
	static handler_fn *const acts[] = { create_cluster,   start_cluster,   stop_cluster,
					    update_cluster,   pause_cluster,   resume_cluster,
					    post_teardown,    drain_nodes,     undrain_nodes,
					    terminate_nodes,  keep_nodes,      unkeep_nodes,
					    cancel_operation, retry_operation, skip_item,
					    exported_audit,   prune_audit,     keep_arrays,
					    unkeep_arrays,    retry_arrays,    protect_cluster,
					    unprotect_cluster };

	for (size_t i = 0; i < ARRAY_LEN(acts); i++)
		if (r->run == acts[i])
			return true;
	return false;
}

/* R1.6: what is asked or kept here, and what ends it. All else that is no GET changes a cloud
 * or a scheduler. */
bool route_in_safe_mode(const struct route *r)
{
	static handler_fn *const harmless[] = {
		resume_engine,	retry_cloud, update_cluster, /* its plan */
		check_template, check_text,  check_job_again, check_job_new, check_update_form,
		plan_condemn,	open_stream, change_stream,   make_backup
	};

	for (size_t i = 0; i < ARRAY_LEN(harmless); i++)
		if (r->run == harmless[i])
			return true;
	return strcmp(r->method, "GET") == 0;
}

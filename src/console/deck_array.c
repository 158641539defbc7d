/* What is done to a whole array: the one of the node under the cursor, or of the map's row. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "console/deck.h"

const char *deck_array(const struct deck *d)
{
	const struct node *n = d->focus == PANE_NODES ? deck_node(d) : NULL;
	const struct array_row *r = map_array(&d->map);

	if (n)
		return n->array;
	return d->focus == PANE_NODES && deck_maps(d) && r ? r->array : NULL;
}

const char *deck_no_array(const struct deck *d, char out[80])
{
	(void)out;
	return deck_array(d) ? NULL : "no node or array is under the cursor";
}

/* Of its nodes here, or of the map's row, whichever there is. */
static bool is_kept(const struct deck *d)
{
	const struct node *n = deck_node(d);
	const struct array_row *r = map_array(&d->map);

	return n ? n->array_kept_ms > 0 : r && r->kept_ms > 0;
}

static void on_done(struct deck *d, const struct json *answer, const char *note)
{
	(void)answer;
	deck_say(d, TONE_OK, "%s", note);
}

const char *deck_not_running(const struct deck *d, char out[80])
{
	const struct cluster_row *r = deck_cluster(d);

	if (!r)
		return "no cluster is selected";
	if (r->cluster.state == CLUSTER_RUNNING)
		return NULL;
	snprintf(out, 80, "the cluster is %s", cluster_state_name(r->cluster.state));
	return out;
}

/* Of all arrays: what rests is told with the cluster. */
void act_retry_arrays(struct deck *d)
{
	char note[120];

	snprintf(note, sizeof(note), "%.40s: one node of each size that rested tries first",
		 d->cluster);
	deck_undo_none(d, "the retry", "");
	deck_post(d, client_path("/v1/clusters/%/arrays/retry", d->cluster, (char *)NULL), NULL,
		  on_done, note);
}

static struct json *body_of(const char *array)
{
	struct json *body = json_new_object();

	json_add(json_set_array(body, "arrays"), json_new_string(array));
	return body;
}

void act_array(struct deck *d, enum array_act what)
{
	static const struct {
		const char *path, *back, *done, *of;
	} acts[] = {
		[ARRAY_KEEP] = { "/v1/clusters/%/arrays/keep", "/v1/clusters/%/arrays/unkeep",
				 "none of its nodes goes by itself", "the keep" },
		[ARRAY_UNKEEP] = { "/v1/clusters/%/arrays/unkeep", "/v1/clusters/%/arrays/keep",
				   "its nodes may go again", "the unkeep" },
	};
	char array[24], note[160], taken[80];

	snprintf(array, sizeof(array), "%s", deck_array(d));
	if (what == ARRAY_KEEP && is_kept(d))
		what = ARRAY_UNKEEP;
	snprintf(taken, sizeof(taken), "%s of %s", acts[what].of, array);
	snprintf(note, sizeof(note), "%s: %s; %s" TAKES_BACK, array, acts[what].done,
		 KEY_FOR(d, "undo"));
	deck_undo_set(d, taken, client_path(acts[what].back, d->cluster, (char *)NULL),
		      body_of(array));
	deck_post(d, client_path(acts[what].path, d->cluster, (char *)NULL), body_of(array),
		  on_done, note);
}

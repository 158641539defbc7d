/* Capacity memory of buckets (autoscale.md B3): closed 300 s, doubling to 3600 s, jittered,
 * halved by a success; kept in the store. That somebody else just changes the set says nothing
 * of capacity: that is over in seconds (azure-arm.md 3.5). */
#include "engine/backoff.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "engine/note.h"
#include "engine/run.h"
#include "engine/scaleset.h"
#include "engine/spot.h"

#define CONFLICT_MS   ((int64_t)10 * 1000)
#define CAPACITY_MS   ((int64_t)300 * 1000)
#define LONGEST_MS    ((int64_t)3600 * 1000)
#define QUOTA_MS      ((int64_t)900 * 1000)
#define BOOTS_REST    2
#define BOOTS_PROTECT 10
#define PROTECTED_MS  ((int64_t)100 * 365 * 24 * 3600 * 1000) /* no end of its own */

static void key_of(char out[200], const struct run *r, const struct node *n)
{
	const struct array_spec *a = cluster_array(&r->cluster.spec, n->array);

	if (a)
		bucket_key(out, a, n->size, n->zone, n->spot, n->group);
	else
		snprintf(out, 200, "%s", n->array);
}

static struct backoff *find(struct run *r, const char *key)
{
	for (size_t i = 0; i < r->n_backoffs; i++)
		if (strcmp(r->backoffs[i].key, key) == 0)
			return &r->backoffs[i];
	return NULL;
}

static struct backoff *find_or_add(struct run *r, const char *key)
{
	struct backoff *b = find(r, key);

	if (b)
		return b;
	r->backoffs = xreallocarray(r->backoffs, r->n_backoffs + 1, sizeof(*r->backoffs));
	b = &r->backoffs[r->n_backoffs++];
	*b = (struct backoff){ 0 };
	snprintf(b->key, sizeof(b->key), "%s", key);
	return b;
}

static bool is_protected(const struct backoff *b)
{
	return backoff_verdict(b->boots_failed) == BOOT_PROTECTS &&
	       text_has_prefix(b->why, "protected: ");
}

static void save(struct run *r, const struct backoff *b)
{
	struct err err = ERR_INIT;

	if (store_backoff_save(r->engine->store, r->cluster.id, b, &err) < 0)
		log_error("cluster %s: %s", r->cluster.name, err.msg);
	run_changed(r);
}

static int64_t next_length(const struct backoff *b, enum err_code code, int64_t retry_ms)
{
	if (code == ERR_QUOTA)
		return QUOTA_MS;
	if (code == ERR_THROTTLED)
		return retry_ms > 0 ? retry_ms : 60000;
	if (code == ERR_CONFLICT)
		return b->length_ms < CONFLICT_MS || b->length_ms >= CAPACITY_MS
			   ? CONFLICT_MS
			   : b->length_ms * 2;
	if (b->length_ms < CAPACITY_MS)
		return CAPACITY_MS;
	return b->length_ms * 2 > LONGEST_MS ? LONGEST_MS : b->length_ms * 2;
}

void backoff_note(struct run *r, const struct node *n, const char *cloud_code,
		  const struct err *err, int64_t retry_ms)
{
	struct backoff *b;
	char key[200];
	bool told; /* most of the cloud's sentences begin with their code */
	double jitter = 0.8 + 0.4 * rng_unit(&r->engine->rng);

	key_of(key, r, n);
	b = find_or_add(r, key);
	b->length_ms = next_length(b, err->code, retry_ms);
	b->until_ms = clock_utc_ms() + (int64_t)((double)b->length_ms * jitter);
	told = text_has_prefix(err->msg, cloud_code);
	snprintf(b->why, sizeof(b->why), "%s%s%.120s", told ? "" : cloud_code, told ? "" : ": ",
		 err->msg);
	save(r, b);
	note(r, EVENT_WARN, n->array, "%s %s rests for %lld s: %s", n->size,
	     n->spot ? "spot" : "on demand", (long long)((b->until_ms - clock_utc_ms()) / 1000),
	     b->why);
}

void backoff_ok(struct run *r, const struct node *n)
{
	struct backoff *b;
	char key[200];

	key_of(key, r, n);
	b = find(r, key);
	if (!b || (!b->length_ms && !b->boots_failed))
		return;
	/* one that comes is no sign that those that run will stay */
	if (b->until_ms > clock_utc_ms() && text_has_prefix(b->why, SPOT_STORM))
		return;
	b->length_ms /= 2;
	b->boots_failed = 0;
	b->until_ms = 0;
	b->why[0] = b->console[0] = '\0';
	save(r, b);
}

enum boot_verdict backoff_verdict(int64_t boots_failed)
{
	return boots_failed >= BOOTS_PROTECT ? BOOT_PROTECTS
	       : boots_failed >= BOOTS_REST  ? BOOT_RESTS
					     : BOOT_REPLACED;
}

/* Told once: those of its machines that were on their way fail as well. */
static void protect(struct run *r, const struct node *n, struct backoff *b, const char *why)
{
	bool told = is_protected(b);

	b->until_ms = clock_utc_ms() + PROTECTED_MS;
	snprintf(b->why, sizeof(b->why), "protected: %lld machines in a row failed; %.100s",
		 (long long)b->boots_failed, why);
	save(r, b);
	if (!told)
		note(
		    r, EVENT_ERROR, n->array,
		    "%s %s is protected, no node is made there: %.200s%s%.150s; \"array retry %s %s\" tries again",
		    n->size, n->spot ? "spot" : "on demand", b->why,
		    b->console[0] ? "; console: " : "", b->console, r->cluster.name, n->array);
}

void backoff_boot_failed(struct run *r, const struct node *n, const char *why)
{
	struct err err = ERR_INIT;
	struct backoff *b;
	char key[200];

	key_of(key, r, n);
	b = find_or_add(r, key);
	b->boots_failed++;
	switch (backoff_verdict(b->boots_failed)) {
	case BOOT_REPLACED:
		save(r, b);
		break;
	case BOOT_RESTS:
		err_set(&err, ERR_TIMEOUT, "%s", why);
		backoff_note(r, n, "BootTimeout", &err, 0);
		break;
	case BOOT_PROTECTS:
		protect(r, n, b, why);
		break;
	}
}

void backoff_console(struct run *r, const struct node *n, const char *line)
{
	struct backoff *b;
	char key[200];

	key_of(key, r, n);
	b = find(r, key);
	if (!b || !b->boots_failed)
		return; /* others of it came up meanwhile */
	snprintf(b->console, sizeof(b->console), "%.159s", line);
	save(r, b);
}

/* "htc F2s_v2 spot" */
static const char *bucket_words(char out[80], const struct backoff *b)
{
	struct strs parts = STRS_INIT(5);

	snprintf(out, 80, "%.79s", b->key);
	if (strs_split(&parts, b->key, strlen(b->key), '|') == 0 && parts.n == 5)
		snprintf(out, 80, "%.20s %.40s%s", parts.v[0], vm_size_short(parts.v[1]),
			 strcmp(parts.v[3], "spot") == 0 ? " spot" : "");
	strs_clear(&parts);
	return out;
}

bool backoff_issue(char out[160], const struct run *r)
{
	char words[80], line[320];

	for (size_t i = 0; i < r->n_backoffs; i++) {
		const struct backoff *b = &r->backoffs[i];

		if (!is_protected(b))
			continue;
		snprintf(line, sizeof(line),
			 "%s: %lld machines in a row failed, none is made; %s%s",
			 bucket_words(words, b), (long long)b->boots_failed,
			 b->console[0] ? "console: " : "",
			 b->console[0] ? b->console : strchr(b->why, ';') + 2);
		snprintf(out, 160, "%.159s", line);
		return true;
	}
	return false;
}

static bool is_of(const struct backoff *b, const char *array)
{
	size_t name = strcspn(b->key, "|");

	return strlen(array) == name && strncmp(b->key, array, name) == 0;
}

static bool may_retry(const struct backoff *b, const char *array, int64_t now_ms)
{
	return b->until_ms > now_ms && (array ? is_of(b, array) : is_protected(b));
}

size_t backoff_closed(const struct run *r, const char *array)
{
	int64_t now = clock_utc_ms();
	size_t n = 0;

	for (size_t i = 0; i < r->n_backoffs; i++)
		n += may_retry(&r->backoffs[i], array, now);
	return n;
}

size_t backoff_retry(struct run *r, const char *array)
{
	int64_t now = clock_utc_ms();
	size_t n = 0;

	for (size_t i = 0; i < r->n_backoffs; i++) {
		struct backoff *b = &r->backoffs[i];

		if (!may_retry(b, array, now))
			continue;
		b->boots_failed = 0;
		b->until_ms = now; /* one node tries first */
		b->why[0] = b->console[0] = '\0';
		save(r, b);
		n++;
	}
	return n;
}

#include "places.h"

#include <errno.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/unix_socket.h"
#include "client/client.h"

#define SITE_STATE	"/var/lib/paceline"
#define SITE_RUN	"/run/paceline"
#define ENGINE_NAME_MAX 32

static const char *absolute(const char *variable)
{
	const char *value = getenv(variable);

	return value && value[0] == '/' ? value : NULL;
}

/* The variable's folder, or the one below HOME. */
static char *user_dir(const char *variable, const char *below_home)
{
	const char *dir = absolute(variable), *home = absolute("HOME");

	if (dir)
		return xasprintf("%s/paceline", dir);
	return home ? xasprintf("%s/%s/paceline", home, below_home) : NULL;
}

static char *find_config(bool site)
{
	char *dir = site ? NULL : user_dir("XDG_CONFIG_HOME", ".config");
	char *path = dir ? xasprintf("%s/config.yaml", dir) : NULL;

	free(dir);
	if (path && file_exists(path))
		return path;
	free(path);
	return file_exists(SITE_CONFIG) ? xstrdup(SITE_CONFIG) : NULL;
}

char *places_own(const char *name)
{
	char *dir = user_dir("XDG_STATE_HOME", ".local/state");
	char *own = dir ? xasprintf("%s/%s", dir, name) : NULL;

	free(dir);
	return own;
}

char *places_console(const char *state, const char *name)
{
	char *whole, *own;

	if (!state || access(state, W_OK) < 0)
		return places_own(name);
	whole = places_whole(state);
	own = xasprintf("%s/console", whole);
	free(whole);
	return own;
}

static int user_places(struct places *p, struct err *err)
{
	char *dir = user_dir("XDG_STATE_HOME", ".local/state");
	const char *run = absolute("XDG_RUNTIME_DIR");

	if (!dir)
		return err_set(
		    err, ERR_INVALID,
		    "neither HOME nor XDG_STATE_HOME names a folder: where should the engine keep its state?");
	p->state = xasprintf("%s/%s", dir, p->name);
	p->socket = run ? xasprintf("%s/paceline/%s.sock", run, p->name)
			: xasprintf("%s/engine.sock", p->state);
	free(dir);
	return 0;
}

int places_make(struct places *p, const char *name, bool site, struct err *err)
{
	*p = (struct places){ 0 };
	if (!text_is_name(name, ENGINE_NAME_MAX))
		return err_set(
		    err, ERR_INVALID,
		    "\"%.60s\" is no name for an engine: at most %d letters, digits, dots, underscores and dashes",
		    name, ENGINE_NAME_MAX);
	p->name = xstrdup(name);
	p->config = find_config(site);
	if (!site)
		return user_places(p, err);
	p->state = xasprintf("%s/%s", SITE_STATE, name);
	p->socket = xasprintf("%s/%s.sock", SITE_RUN, name);
	return 0;
}

bool places_of_site(void)
{
	const struct passwd *pw = getpwnam(ENGINE_USER);

	return geteuid() == 0 || (pw && geteuid() == pw->pw_uid);
}

void places_clear(struct places *p)
{
	free(p->name);
	free(p->config);
	free(p->state);
	free(p->socket);
	*p = (struct places){ 0 };
}

int places_reach(const struct places *p, struct err *err)
{
	int fd = unix_connect(p->socket, 0, err);

	if (fd < 0 && (errno == EACCES || errno == EPERM)) /* whether one runs cannot be seen */
		return client_no_engine(err, p->socket, errno);
	if (fd < 0)
		return errno == ENAMETOOLONG ? -1 : err_wrap(err, "no engine answers");
	close(fd);
	return 0;
}

bool places_answers(const struct places *p)
{
	return places_reach(p, NULL) == 0;
}

static int refused(const char *socket, struct err *err)
{
	const struct passwd *pw = getpwuid(geteuid());
	const struct group *gr = NULL;
	struct stat st;
	char me[60];

	snprintf(me, sizeof(me), "%.40s", pw ? pw->pw_name : "YOU");
	if (stat(socket, &st) == 0 && (st.st_mode & S_IWGRP))
		gr = getgrgid(st.st_gid);
	if (!gr)
		return err_set(err, ERR_DENIED, "an engine runs at %s, for its owner alone",
			       socket);
	return err_set(
	    err, ERR_DENIED,
	    "an engine runs at %s; you are not in the group %.40s: ask an admin for gpasswd -a %s %.40s, and for a role in " SITE_CONFIG
	    ": roles: [\"user:%s=viewer\"]; then log in again",
	    socket, gr->gr_name, me, gr->gr_name, me);
}

int places_check_right(const char *name, struct err *err)
{
	const char *const names[] = { name ? name : ENGINE_MAIN, ENGINE_DEMO };
	char *own = name ? NULL : find_config(false);
	bool mine = own && strcmp(own, SITE_CONFIG) != 0;
	int rc = 0;

	free(own);
	if (mine || places_of_site())
		return 0;
	for (size_t i = 0; i < (name ? 1 : ARRAY_LEN(names)) && rc == 0; i++) {
		struct places p;
		int fd = -1;

		rc = places_make(&p, names[i], true, err);
		if (rc == 0)
			fd = unix_connect(p.socket, 0, NULL);
		if (rc == 0 && fd < 0 && errno == EACCES)
			rc = refused(p.socket, err);
		if (fd >= 0)
			close(fd);
		places_clear(&p);
	}
	return rc;
}

int places_check_free(const struct places *p, struct err *err)
{
	struct sockaddr_un a;

	if (unix_address(&a, p->socket, err) < 0)
		return err_wrap(err, "--socket");
	/* A child of an engine that was killed this moment holds its socket until it has become
	 * the program that it was made for. */
	for (int i = 0; i < 10; i++) {
		if (!places_answers(p))
			return 0;
		poll(NULL, 0, 50);
	}
	return err_set(
	    err, ERR_CONFLICT,
	    "an engine answers on %s already: use it, or give this one another name with -L",
	    p->socket);
}

/* Another user's groups and what lists let in are not known: the mode has to forbid it. */
static bool may(const char *path, const struct stat *st, uid_t uid, int want)
{
	unsigned int bits =
	    st->st_uid == uid ? st->st_mode >> 6 : st->st_mode | st->st_mode >> 3;

	if (uid == geteuid())
		return access(path, want) == 0 || errno != EACCES;
	return ((unsigned int)want & ~bits) == 0;
}

static const char *user_name(char out[40], uid_t uid)
{
	const struct passwd *pw = getpwuid(uid);

	if (pw)
		snprintf(out, 40, "%.39s", pw->pw_name);
	else
		snprintf(out, 40, "%ju", (uintmax_t)uid);
	return out;
}

int places_check_way(const char *what, const char *path, uid_t uid, struct err *err)
{
	bool mine = uid == geteuid(); /* else root makes it for that user */
	char *at = xstrdup(path), me[40], owner[40];
	struct stat st, next;
	size_t end = 1;
	int want = X_OK, rc = 0;

	at[end] = '\0';
	if (stat(at, &st) < 0)
		rc = err_sys(err, "%s", at);
	while (rc == 0 && path[end] && may(at, &st, uid, X_OK)) {
		size_t more = end + strspn(path + end, "/");

		more += strcspn(path + more, "/");
		snprintf(at, strlen(path) + 1, "%.*s", (int)more, path);
		if (stat(at, &next) < 0) {
			at[end] = '\0';
			break;
		}
		st = next;
		end = more;
	}
	if (mine && (!path[end] || may(at, &st, uid, X_OK)))
		want |= W_OK;
	if (rc == 0 && (mine || path[end]) && S_ISDIR(st.st_mode) && !may(at, &st, uid, want))
		rc = err_set(
		    err, ERR_DENIED,
		    "%s %.100s: the user %s may not %s %.100s, which belongs to %s (mode %04o): name a folder of %s's own, or let %s in",
		    what, path, user_name(me, uid), want & W_OK ? "write to" : "pass", at,
		    user_name(owner, st.st_uid), (unsigned int)st.st_mode & 07777, me, me);
	free(at);
	return rc;
}

int places_check_state(const char *state, const char *deepest, struct err *err)
{
	size_t len = strlen(state), below = strlen(deepest),
	       most = sizeof(((struct sockaddr_un *)0)->sun_path) - 1;

	if (len + below <= most)
		return 0;
	return err_set(
	    err, ERR_INVALID,
	    "--state %s has %zu bytes; sockets lie below it, whose whole path has at most %zu: name a folder of at most %zu",
	    state, len, most, most - below);
}

char *places_whole(const char *path)
{
	char here[4096];

	if (path[0] == '/' || !getcwd(here, sizeof(here)))
		return xstrdup(path);
	return xasprintf("%s/%s", here, path);
}

char *places_socket_below(const char *dir)
{
	char *whole = places_whole(dir);
	char *own = xasprintf("%s/engine.sock", whole);

	if (!file_exists(own)) {
		free(own);
		own = xasprintf("%s/run/engine.sock", whole);
	}
	free(whole);
	return own;
}

int places_find(struct places *p, const char *name, struct err *err)
{
	const char *const names[] = { ENGINE_MAIN, ENGINE_DEMO };
	bool root = places_of_site();

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const char *one = name ? name : names[i];

		for (int site = root; site < 2; site++) {
			if (places_make(p, one, site, err) < 0)
				return -1;
			if (places_answers(p))
				return 0;
			places_clear(p);
		}
		if (name)
			break;
	}
	return places_make(p, name ? name : ENGINE_MAIN, root, err);
}

char *places_demo(const struct places *p)
{
	char *above = xstrndup(p->state, (size_t)(strrchr(p->state, '/') - p->state));
	char *command = NULL;
	struct places usual;

	if (strcmp(p->name, ENGINE_DEMO) == 0 &&
	    places_make(&usual, ENGINE_DEMO, places_of_site(), NULL) == 0) {
		command = strcmp(usual.state, above) == 0
			      ? xstrdup("paceline demo")
			      : xasprintf("paceline demo --state %s", above);
		places_clear(&usual);
	}
	free(above);
	return command;
}

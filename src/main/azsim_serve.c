#include "azsim_serve.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "azsim/arm/arm.h"
#include "azsim/arm/serve.h"
#include "azsim/queue/wire.h"
#include "azsim/world/world.h"
#include "azsim_machines.h"
#include "azsim_state.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/tls.h"

struct azsim {
	struct azsim_options o;
	struct azsim_state state;
	struct loop *loop;
	struct az_world *world;
	struct azsim_machines *machines; /* NULL: ghosts, */
	struct gq_site *site;		 /* with a queue */
	struct gq_serve *commands;
	struct arm *arm;
	struct arm_serve *serve;
	struct tls_server *tls;
	struct signal_watch *term, *intr;
};

static int read_scenario(struct az_scenario *sc, const struct azsim_options *o, struct err *err)
{
	struct buf b = BUF_INIT(1 << 20);
	int rc = az_scenario_profile(sc, o->profile, err);

	if (rc == 0 && o->scenario) {
		rc = file_read(&b, o->scenario, err);
		if (rc == 0 && az_scenario_read(sc, buf_str(&b), b.len, err) != 0)
			rc = err_wrap(err, "scenario %s", o->scenario);
	}
	buf_clear(&b);
	if (o->has_seed) {
		sc->seed = o->seed;
		sc->has_seed = true;
	}
	return rc;
}

static void on_signal(void *arg, int signo)
{
	struct azsim *z = arg;

	log_info("signal %d: stopping; the cloud is kept in %s", signo, z->state.dir);
	loop_stop(z->loop);
}

static void on_clock(void *arg, double factor, int64_t anchor)
{
	struct azsim *z = arg;
	struct err err = ERR_INIT;

	z->state.factor = factor;
	z->state.anchor = anchor;
	if (azsim_state_save_clock(&z->state, &err) != 0)
		log_error("the clock is not kept: %s", err.msg);
}

static void make_machines(struct azsim *z)
{
	struct err err = ERR_INIT;

	if (z->o.ghosts)
		return;
	z->machines = azsim_machines_new(z->loop, z->world, z->state.dir, z->state.group, &err);
	if (!z->machines)
		log_warn("machines are ghosts: %s", err.msg);
}

/* Ghosts have no scheduler of their own: azsim answers for it. */
static int make_queue(struct azsim *z, struct err *err)
{
	if (z->machines)
		return 0;
	z->site = gq_site_new(z->world, z->state.dir, err);
	if (z->site) {
		z->world->machines.console = gq_site_console;
		z->world->machines.arg = z->site;
	}
	if (z->site)
		z->commands = gq_serve_new(z->loop, z->site, z->state.dir, z->state.group, err);
	return z->commands ? 0 : -1;
}

/* Without a port asked for, the last run's: what clients stored stays valid. Any, when those
 * are taken. */
static void listen_on(struct azsim *z, struct arm_serve_options *so, struct err *err)
{
	bool free_choice = z->o.port == 0 && z->o.plain_port == 0;

	if (free_choice) {
		so->port = (uint16_t)z->state.ports[0];
		so->plain_port = (uint16_t)z->state.ports[1];
	}
	z->serve = arm_serve_new(z->loop, z->arm, so, err);
	if (z->serve || !free_choice || so->port == 0)
		return;
	so->port = so->plain_port = 0;
	z->serve = arm_serve_new(z->loop, z->arm, so, err);
}

static int start_arm(struct azsim *z, struct err *err)
{
	char *ca = xasprintf("%s/server.pem", z->state.dir),
	     *key = xasprintf("%s/server-key.pem", z->state.dir);
	char *sock = xasprintf("%s/control.sock", z->state.dir);
	struct arm_options ao = { .client_id = AZSIM_CLIENT_ID,
				  .client_secret = z->state.secret,
				  .control_key = z->o.control ? z->state.control_key : NULL,
				  .key = z->state.key,
				  .guests = z->machines != NULL };
	struct arm_serve_options so = { .port = (uint16_t)z->o.port,
					.plain_port = (uint16_t)z->o.plain_port,
					.control_socket = z->o.control ? sock : NULL };

	z->state.key = NULL;
	z->arm = arm_new(z->world, &ao);
	z->arm->clock_anchor = z->state.anchor;
	z->arm->clock_changed = on_clock;
	z->arm->clock_arg = z;
	z->arm->site = z->site;
	z->tls = tls_server_new(ca, key, err);
	so.tls = z->tls;
	if (z->tls)
		listen_on(z, &so, err);
	free(ca);
	free(key);
	free(sock);
	return z->serve ? 0 : -1;
}

static int start(struct azsim *z, struct err *err)
{
	struct az_scenario sc = { 0 };
	struct azsim_record rec;

	if (read_scenario(&sc, &z->o, err) != 0 ||
	    azsim_state_open(&z->state, &z->o, err) != 0) {
		az_scenario_clear(&sc);
		return -1;
	}
	z->loop = loop_new(err);
	if (!z->loop) {
		az_scenario_clear(&sc);
		return -1;
	}
	z->world = az_world_new(z->loop, &sc, z->state.dir, err);
	if (!z->world)
		return -1;
	make_machines(z);
	if (make_queue(z, err) != 0 || start_arm(z, err) != 0)
		return -1;
	rec = (struct azsim_record){ arm_serve_port(z->serve), arm_serve_plain_port(z->serve),
				     z->machines ? azsim_machines_socket(z->machines) : NULL };
	if (azsim_state_save_ports(&z->state, rec.port, rec.plain_port, err) != 0)
		return -1;
	return azsim_state_write_record(&z->state, &rec, err);
}

static void stop(struct azsim *z)
{
	if (z->term)
		signal_watch_free(z->term);
	if (z->intr)
		signal_watch_free(z->intr);
	arm_serve_free(z->serve);
	gq_serve_free(z->commands);
	gq_site_free(z->site);
	azsim_machines_free(z->machines);
	arm_free(z->arm);
	az_world_free(z->world);
	tls_server_free(z->tls);
	if (z->loop)
		loop_free(z->loop);
	azsim_state_close(&z->state);
}

int serve_main(int argc, char **argv)
{
	struct azsim z = { .state = { .lock = -1 } };
	struct err err = ERR_INIT;
	int rc = 1;

	log_open("azsim", LOG_INFO);
	if (azsim_read_options(&z.o, argc, argv, &err) != 0) {
		fprintf(stderr, "azsim: %s\n", err.msg);
		return 2;
	}
	if (start(&z, &err) == 0) {
		z.term = signal_watch_new(z.loop, SIGTERM, on_signal, &z);
		z.intr = signal_watch_new(z.loop, SIGINT, on_signal, &z);
		printf(
		    "azsim ready: arm https://127.0.0.1:%u plain http://127.0.0.1:%u machines %s profile %s pid %ld\n",
		    arm_serve_port(z.serve), arm_serve_plain_port(z.serve),
		    z.machines ? "guests" : "ghosts", z.world->sc.profile, (long)getpid());
		fflush(stdout);
		rc = loop_run(z.loop) == 0 ? 0 : 1;
	} else {
		fprintf(stderr, "azsim: %s\n", err.msg);
	}
	stop(&z);
	return rc;
}

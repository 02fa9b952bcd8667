/*
 * relay: keys, signals and notes for the work in cmd/web/relay.
 */
#include "cmd/web/commands/relay.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/codec.h"
#include "base/sys.h"
#include "base/thread.h"
#include "cmd/frame/environ.h"
#include "cmd/frame/output.h"
#include "cmd/vault/hold/holding.h"
#include "cmd/vault/hold/key_ring.h"
#include "cmd/web/relay/meet.h"
#include "cmd/web/relay/through.h"
#include "repo/git/program.h"
#include "transport/server/served_folder.h"

/* --- the end by a signal ---------------------------------------------------------------------- */

typedef struct ending {
	sigset_t signals;
	int ends[2]; /* a pipe, whose reader sees the signal */
} ending;

static void await_signal(void *payload)
{
	const ending *e = payload;
	int got;

	while (sigwait(&e->signals, &got) != 0) {
	}
	(void)close(e->ends[1]);
}

/* Before there are threads, which inherit the blocked signals. */
static vv_status begin_ending(ending *e, vv_error *err)
{
	(void)signal(SIGPIPE, SIG_IGN);
	(void)sigemptyset(&e->signals);
	(void)sigaddset(&e->signals, SIGTERM);
	(void)sigaddset(&e->signals, SIGINT);
	(void)sigaddset(&e->signals, SIGHUP);
	(void)sigprocmask(SIG_BLOCK, &e->signals, NULL);
	if (!vv_os_pipe(e->ends)) return vv_fail_errno(err, "cannot make a pipe", NULL);
	return vv_thread_leave(await_signal, e)
		       ? VV_OK
		       : vv_fail(err, VV_ENOMEM, "cannot start another thread");
}

/* --- the relay ----------------------------------------------------------------------------------- */

static void say_relay(void *payload VV_UNUSED, const char *url)
{
	vv_note("relaying at %s", vv_text_url(url));
}

int web_serve_relay(const vv_relay_options *given)
{
	vv_relay_options o = *given;
	static ending e;
	vv_error err;

	if (begin_ending(&e, &err) < 0) return vv_report(&err);
	o.stop = e.ends[0];
	o.started = say_relay;
	if (vv_relay_run(&o, &err) < 0) return vv_report(&err);
	vv_note("stopped");
	return VV_EXIT_OK;
}

/* --- a machine that waits -------------------------------------------------------------------------- */

typedef struct served {
	vv_through_repo *repos;
	size_t repo_count;
	vv_through_guest *guests;
	size_t guest_count;
	bool holds; /* one of them keeps copies for others */
} served;

static void served_clear(served *s)
{
	vv_array_clear(s->repos, s->repo_count, it, vv_free_all(it->name, it->path));
	vv_free(s->guests);
}

VV_AUTO_CLEAR(served, served_clear)

void web_tell_holding(const vv_holding_rules *x, const char *where)
{
	vv_note("keeping up to %s of sealed copies for %s in '%s', for at least %s; this server's key is %s",
		vv_text_bytes(x->size), vv_text_counted(x->named_count, "key", NULL),
		vv_text_shows(where), vv_text_counted(x->days, "day", NULL), vv_did_shows(x->key));
	if (x->ratio > 0) {
		vv_note("each key may use %llu.%03llu bytes for each byte that it keeps for you, or its =BYTES if that is more; its last audit counts for %u days",
			(unsigned long long)(x->ratio / 1000),
			(unsigned long long)(x->ratio % 1000), VV_STANDING_DAYS);
	}
}

/* Each visitor's server opens the copies again, by the settings of the repository. */
static vv_status find_holding(bool *holds, vv_repository *r, const char *name, vv_error *err)
{
	const vv_holding_options by_settings = {
		.env = vv_environ(), .term = VV_HOLDING_TERM_UNSAID, .notes = &vv_notes_stderr};
	vv_auto(vv_holding) *holding = NULL;
	vv_auto(char) *program = NULL;
	const vv_holding_rules *rules;
	vv_status rc;

	*holds = false;
	if ((rc = vv_holding_open(&holding, &by_settings, err)) < 0 ||
	    (rc = vv_holding_look(holding, r, &rules, err)) < 0 || rules->size == 0) {
		return rc;
	}
	*holds = true;
	web_tell_holding(rules, name);
	rc = vv_program_find_own(&program, vv_environ(), "varve-vault", err);
	return rc < 0 ? vv_prefix(err, "copies for others need another program") : VV_OK;
}

static vv_status find_repos(served *s, bool only_signed, int argc, char **argv, vv_error *err)
{
	vv_status rc = VV_OK;

	s->repos = vv_calloc((size_t)argc, sizeof(*s->repos));
	if (!s->repos) return vv_fail_nomem(err);
	for (int i = 0; i < argc; i++) {
		vv_through_repo *it = &s->repos[s->repo_count++];
		vv_auto(vv_repository) *r = NULL;
		rc = http_served_folder_open(&r, &it->name, &it->path, argv[i], vv_environ(), err);
		if (rc < 0) return rc;
		if (vv_array_find(s->repos, (size_t)i, one, strcmp(one->name, it->name) == 0)) {
			return http_fail_same_name(it->name, err);
		}
		rc = only_signed ? VV_OK : find_holding(&it->holds, r, it->name, err);
		if (rc < 0) return rc;
		s->holds |= it->holds;
	}
	return VV_OK;
}

/* Writers come first, so that a key that is named twice may write. */
static vv_status find_guests(served *s, const vv_strings *words, bool writes, vv_error *err)
{
	vv_status rc;

	vv_array_each(words->items, words->count, word) {
		vv_through_guest *it = &s->guests[s->guest_count++];
		it->writes = writes;
		if ((rc = vv_key_ring_find(it->key, vv_environ(), *word, err)) < 0) return rc;
	}
	return VV_OK;
}

static vv_status find_served(served *s, const web_through_options *o, int argc, char **argv,
			     vv_error *err)
{
	vv_status rc;

	s->guests = vv_calloc(o->readers.count + o->writers.count + 1, sizeof(*s->guests));
	if (!s->guests) return vv_fail_nomem(err);
	if ((rc = find_guests(s, &o->writers, true, err)) < 0 ||
	    (rc = find_guests(s, &o->readers, false, err)) < 0) {
		return rc;
	}
	if ((rc = find_repos(s, o->only_signed, argc, argv, err)) < 0) return rc;
	return o->everybody || s->guest_count > 0 || s->holds
		       ? VV_OK
		       : vv_fail(err, VV_EUSAGE,
				 "name who may come: --reader DID, --writer DID or --public");
}

static void say_addresses(const char *url, const vv_key *key, const served *s)
{
	vv_array_each(s->repos, s->repo_count, it) {
		vv_auto(vv_buf) name = VV_BUF_INIT;
		vv_percent_put(&name, it->name, strlen(it->name), "");
		vv_note("serving '%s' as relay+%s/%s/%s", vv_text_shows(it->name), vv_text_url(url),
			vv_did_key_shows(key->public_key), vv_buf_cstr(&name));
	}
}

int web_serve_through(const web_through_options *o, int argc, char **argv)
{
	vv_auto(vv_key) key;
	vv_auto(served) s = {0};
	vv_auto(char) *program = vv_varve_path();
	static ending e;
	vv_error err;

	memset(&key, 0, sizeof(key));
	if (!program) {
		(void)vv_fail_nomem(&err);
		return vv_report(&err);
	}
	if (vv_key_ring_open(&key, vv_environ(), NULL, &err) < 0 ||
	    find_served(&s, o, argc, argv, &err) < 0 || begin_ending(&e, &err) < 0) {
		return vv_report(&err);
	}
	const vv_through_options through = {.url = o->url,
					    .key = &key,
					    .repos = s.repos,
					    .repo_count = s.repo_count,
					    .guests = s.guests,
					    .guest_count = s.guest_count,
					    .everybody = o->everybody,
					    .only_signed = o->only_signed,
					    .visitors = o->visitors,
					    .alive_ms = (unsigned)(o->alive_sec * 1000),
					    .env = vv_environ(),
					    .program = program,
					    .stop = e.ends[0],
					    .notes = &vv_notes_stderr,
					    .quiet = o->quiet};
	if (vv_through_check(&through, &err) < 0) return vv_report(&err);
	say_addresses(o->url, &key, &s);
	if (vv_through_run(&through, &err) < 0) return vv_report(&err);
	vv_note("stopped");
	return VV_EXIT_OK;
}

/* --- a visitor -------------------------------------------------------------------------------------- */

/* A machine without a key is a guest. */
static vv_status own_key(vv_key *out, bool *has, vv_error *err)
{
	const vv_status rc = vv_key_ring_open(out, vv_environ(), NULL, err);

	*has = rc == VV_OK;
	return vv_missing_ok(rc, err);
}

int web_serve_meet(const char *url)
{
	vv_auto(vv_key) key;
	bool has_key = false;
	vv_error err;

	memset(&key, 0, sizeof(key));
	if (isatty(STDIN_FILENO)) {
		return vv_usage_error("--meet is run by varve, for addresses relay+http:// and "
				      "relay+https://");
	}
	(void)signal(SIGPIPE, SIG_IGN);
	if (own_key(&key, &has_key, &err) < 0 ||
	    vv_relay_meet(url, has_key ? &key : NULL, STDIN_FILENO, STDOUT_FILENO, vv_environ(),
			  &err) < 0) {
		return vv_report(&err);
	}
	return VV_EXIT_OK;
}

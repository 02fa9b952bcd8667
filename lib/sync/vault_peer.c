/*
 * vault_peer: starts the program, and sends further requests.
 */
#include "lib/sync/vault_peer.h"

#include <stdio.h>

#include "base/json/json_list.h"
#include "base/text.h"
#include "lib/remotes/reach.h"
#include "repo/git/program.h"
#include "transport/line/pipe.h"
#include "transport/protocol/peer.h"

#define PROGRAM "varve-vault"
#define SILENT_SEC 10u /* a busy machine may take some time to start it */

static vv_status find_program(char **out, const vv_env *env, vv_error *err)
{
	vv_status rc = vv_program_find_own(out, env, PROGRAM, err);

	if (rc != VV_EPROGRAM) return rc;
	return vv_fail(err, VV_EPROGRAM,
		       "the package " PROGRAM ", which is needed to read the vault, is not "
		       "installed\ninstall the package " PROGRAM);
}

vv_status vv_vault_installed(const vv_env *env, vv_error *err)
{
	vv_auto(char) *program = NULL;
	return find_program(&program, env, err);
}

/* --- the child ----------------------------------------------------------------------------------- */

/* Its lines are for people. */
static void on_line(void *notes, const char *line, size_t len)
{
	vv_notes_put(notes, "%s", vv_text_show(line, len));
}

/* o->repo: whose vault. */
static vv_status start_program(vv_peer **out, const vv_connect_options *o, bool named,
			       const vv_notes *notes, vv_error *err)
{
	const unsigned idle = vv_idle_sec(o);
	unsigned brief;

	if (!named && idle > VV_VAULT_UNASKED_IDLE) {
		brief = VV_VAULT_UNASKED_IDLE;
	} else if (named) {
		brief = o->idle_sec;
	} else {
		brief = idle;
	}
	vv_connect_options own = *o;
	vv_auto(char) *program = NULL;
	char timeout[16];
	const char *argv[12];
	size_t n = 0;
	vv_auto(vv_channel) *line = NULL;
	vv_status rc = find_program(&program, vv_repository_env(o->repo), err);

	*out = NULL;
	if (rc < 0) return rc;
	(void)snprintf(timeout, sizeof(timeout), "%u", brief);
	vv_words_add(argv, &n, program, "serve", "--stdio", "--blocks", named ? "--named" : NULL);
	vv_words_add(argv, &n, notes ? NULL : "--quiet");
	vv_words_add(argv, &n, brief > 0 ? "--timeout" : NULL, timeout);
	vv_words_add(argv, &n, "--", vv_repository_gitdir(o->repo));
	own.line = notes ? on_line : NULL;
	own.payload = (void *)(uintptr_t)notes;
	own.idle_sec = idle > SILENT_SEC ? idle : SILENT_SEC;
	const vv_program_line p = {.argv = argv, .name = "the vault's program"};
	if ((rc = vv_channel_program(&line, &p, &own, err)) < 0) return rc;
	if (o->stopped) {
		vv_channel_stop_when(line, o->stopped);
	}
	vv_channel_pace(line, VV_PACE_DEFAULT, own.idle_sec);
	if ((rc = vv_channel_greet(line, err)) == VV_OK &&
	    (rc = vv_peer_over(out, vv_take(&line), err)) == VV_OK) {
		vv_peer_set_own(*out);
	}
	return rc;
}

/* A vv_reach_connect_fn, for an unnamed vault. */
static vv_status connect_unasked(vv_peer **out, vv_transfer *t, const vv_connect_options *o,
				 vv_error *err)
{
	return start_program(out, o, false, t->notes, err);
}

/* Contacts the holders at once, so that errors appear early. */
static vv_status open_named(vv_transfer *t, vv_supplier *out, vv_error *err)
{
	vv_connect_options o = t->connect;
	const vv_hello *hello;

	o.repo = t->repo;
	*out = (vv_supplier){.name = VV_VAULT_SHOWN, .id = vv_speed_source(VV_VAULT_SOURCE)};
	vv_status rc = start_program(&out->peer, &o, true, t->notes, err);
	if (rc == VV_OK && (rc = vv_peer_hello(out->peer, &hello, err)) < 0) {
		vv_peer_close(out->peer);
		out->peer = NULL;
	}
	return rc;
}

/* A vv_suppliers_open_fn. */
static vv_status open_vault(vv_transfer *t, vv_supplier *out, size_t max VV_UNUSED, size_t *count,
			    const char *url, vv_error *err)
{
	vv_auto(vv_holder_configs) configs = {0};
	vv_cid id;
	vv_status rc;

	*count = 0;
	if ((rc = vv_vault_id_read(&id, t->repo, err)) < 0 ||
	    (rc = vv_holder_configs_read(&configs, t->repo, err)) < 0) {
		return rc;
	}
	if (!url && (vv_cid_is_null(&id) || configs.count == 0)) return VV_OK;
	if ((rc = vv_vault_installed(vv_repository_env(t->repo), err)) < 0) return rc;
	rc = url ? open_named(t, out, err)
		 : vv_reach_peer_later(t, out, VV_VAULT_SHOWN, VV_VAULT_SOURCE, connect_unasked,
				       err);
	out->unasked = !url;
	*count = rc == VV_OK;
	return rc;
}

void vv_vault_peer_register(void)
{
	vv_reach_add_kind(VV_VAULT_SOURCE, VV_VAULT_SHOWN, open_vault);
}

/* --- questions ------------------------------------------------------------------------------------- */

vv_status vv_vault_ask(vv_json **out, vv_arena *arena, vv_repository *r,
		       const vv_connect_options *o, const vv_vault_question *q, vv_error *err)
{
	const vv_connect_options usual = {0};
	vv_connect_options own = o ? *o : usual;
	vv_auto(vv_peer) *p = NULL;
	vv_auto(vv_buf) question = VV_BUF_INIT, answer = VV_BUF_INIT;
	vv_status rc;

	vv_json_out w = vv_json_begin_object(&question, 0);
	vv_json_put_members(&w, {JSON_TEXT("word", q->word)}, {JSON_BOOL("ask", q->ask)},
			    {JSON_EACH(vv_cid_json, "roots", q->roots, q->count)});
	vv_json_close_object(&w);
	own.repo = r;
	if ((rc = vv_buf_ok(&question, err)) < 0 ||
	    (rc = start_program(&p, &own, true, q->notes, err)) < 0 ||
	    (rc = vv_peer_question(p, &question, &answer, err)) < 0) {
		return rc;
	}
	const char *text = vv_arena_strndup(arena, vv_buf_cstr(&answer), answer.len);
	if (!text) return vv_fail_nomem(err);
	return vv_json_read(out, arena, text, answer.len, "the vault's program", err);
}

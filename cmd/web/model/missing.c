/*
 * missing: checks whether a version is here, and names the command to get it.
 */
#include "cmd/web/model/missing.h"

#include "base/sys.h"
#include "base/text.h"
#include "cmd/web/model/changes.h"
#include "lib/names/content.h"
#include "lib/remotes/remote.h"
#include "repo/blocks/reach.h"
#include "repo/git/history/history.h"

typedef struct version {
	const vv_web_commit *commit;
	const char *path; /* its name there */
} version;

/* In a lazy clone a version has all its blocks here or none; in others some may be lost. */
static bool lacks_blocks(vv_web_visit *v, const version *at)
{
	vv_auto(vv_tree_entry) e = {.path = NULL};
	vv_content c;
	vv_store *store;
	vv_cid first;
	bool whole;

	if (!at->commit || at->commit->none || at->commit->work || !at->commit->hex[0] ||
	    vv_tree_entry_at(v->repo, &at->commit->id, at->path, &e, VV_IGNORED) < 0 ||
	    vv_content_read(&c, v->repo, e.mode, &e.id, VV_IGNORED) < 0 || !c.stored ||
	    vv_repository_store(v->repo, &store, VV_IGNORED) < 0) {
		return false; /* it does not have the path, or is damaged otherwise */
	}
	return !vv_store_has(store, &c.root) ||
	       (vv_store_complete(store, &c.root, &whole, &first, VV_IGNORED) == VV_OK && !whole);
}

/* "'varve fetch --data 9da2c18e prices.csv'", "'...' and '...'" */
static void put_commands(vv_buf *out, const version *at, const bool *lacking, const char *from)
{
	bool any = false;

	for (size_t i = 0; i < 2; i++) {
		if (lacking[i]) {
			vv_buf_printf(out, "%s'varve fetch --data %s%s ", any ? " and " : "", from,
				      at[i].commit->brief);
			vv_text_put_word(out, at[i].path);
			vv_buf_putc(out, '\'');
			any = true;
		}
	}
}

/* "origin or backup": the remotes, to the owner; to strangers, and where there is none, nothing. */
static void put_remotes(vv_buf *out, vv_web_visit *v)
{
	vv_auto(vv_string_list) names = {0};

	if (!v->reach && vv_remote_names(&names, v->repo, VV_IGNORED) == VV_OK) {
		for (size_t i = 0; i < names.count; i++) {
			vv_buf_printf(out, "%s%s",
				      i == 0                ? ""
				      : i + 1 < names.count ? ", "
							    : " or ",
				      names.items[i]);
		}
	}
}

/* Who gets them, with these commands, from where. */
static void put_way(vv_buf *out, vv_web_visit *v, const char *commands, const char *them)
{
	vv_auto(vv_buf) remotes = VV_BUF_INIT;

	put_remotes(&remotes, v);
	if (v->reach) {
		vv_buf_printf(out, "the operator of this server can fetch %s with %s", them,
			      commands);
	} else {
		vv_buf_printf(out, "run %s to get %s from %s", commands, them,
			      remotes.len > 0
				      ? vv_buf_cstr(&remotes)
				      : "another repository, since this one has no remotes");
	}
}

static void hint_commands(vv_web_visit *v, const version *at, const bool *lacking, vv_error *err)
{
	vv_auto(vv_buf) commands = VV_BUF_INIT, remotes = VV_BUF_INIT, way = VV_BUF_INIT;

	put_remotes(&remotes, v);
	put_commands(&commands, at, lacking, v->reach || remotes.len > 0 ? "" : "--from URL ");
	put_way(&way, v, vv_buf_cstr(&commands), lacking[0] && lacking[1] ? "them" : "it");
	vv_hint_clear(err);
	vv_hint(err, "%s", vv_buf_cstr(&way));
}

const char *vv_web_missing_older(vv_web_visit *v)
{
	vv_auto(vv_buf) way = VV_BUF_INIT;

	put_way(&way, v, "'varve fetch --data --all'", "them");
	return vv_web_keep_buf(v, &way);
}

vv_status vv_web_missing_say(vv_web_visit *v, const vv_web_commit *a, const vv_web_commit *b,
			     const char *path, vv_error *err)
{
	version at[2] = {{a, path}, {b, path}};
	const char *old = NULL;

	if (a && vv_web_renamed(v, a, b, path, &old, VV_IGNORED) == VV_OK && old) {
		at[0].path = old;
	}
	const bool lacking[2] = {lacks_blocks(v, &at[0]), lacks_blocks(v, &at[1])};
	if (!lacking[0] && !lacking[1]) return err->code;
	if (err->gap != VV_GAP_EXPIRED) {
		hint_commands(v, at, lacking, err);
	}
	if (lacking[0] && lacking[1]) {
		return vv_prefix(err, "versions %s and %s", a->brief, b->brief);
	}
	return vv_prefix(err, "version %s", at[lacking[0] ? 0 : 1].commit->brief);
}

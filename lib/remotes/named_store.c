/*
 * named_store: which lines of .varveconfig make a store.
 */
#include "lib/remotes/named_store.h"

#include <string.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/hint.h"
#include "base/text.h"
#include "lib/remotes/block_peers.h"
#include "lib/remotes/blocks_sources.h"
#include "lib/remotes/remote.h"
#include "repo/git/run_git.h"
#include "repo/git/write_turn.h"

/* Lines of .varveconfig that change together. */
typedef struct lines {
	vv_arena arena;
	vv_blocks_config_line items[VV_BLOCKS_URLS_MAX + 4];
	size_t count;
	bool failed; /* no memory */
} lines;

static void lines_clear(lines *l)
{
	vv_arena_clear(&l->arena);
}
VV_AUTO_CLEAR(lines, lines_clear)

static void set_line(lines *l, const char *name, const char *key, const char *value)
{
	char *full = vv_arena_printf(&l->arena, "store.%s.%s", name, key);

	l->failed = l->failed || !full;
	l->items[l->count++] = (vv_blocks_config_line){.key = full, .value = value};
}

static vv_status write_lines(vv_repository *r, const lines *l, vv_error *err)
{
	if (l->failed) return vv_fail_nomem(err);
	return vv_blocks_config_change_work(r, l->items, l->count, err);
}

static vv_status check_name(const char *name, vv_error *err)
{
	static const char plain[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";

	if (!*name || *name == '-' || name[strspn(name, plain)]) {
		return vv_fail(err, VV_EUSAGE,
			       "'%s' is not a valid name for a store\n"
			       "use only letters, digits, '_' and '-'",
			       vv_text_shows(name));
	}
	return VV_OK;
}

/* None of the others is the usual one any more. */
static void unset_usual(lines *l, const vv_blocks_config *c, const char *name)
{
	vv_array_each(c->stores, c->store_count, store) {
		if (store->usual && strcmp(store->name, name) != 0) {
			set_line(l, store->name, "default", "false");
		}
	}
}

/* c: the file's current content. */
static vv_status check_naming(const vv_store_naming *n, const vv_blocks_config *c, vv_error *err)
{
	vv_status rc = check_name(n->name, err);

	if (rc < 0 || (rc = vv_store_url_check(n->url, false, err)) < 0 ||
	    (n->push_url && (rc = vv_store_url_check(n->push_url, true, err)) < 0)) {
		return rc;
	}
	/* Repeating the command completes a killed one. */
	const vv_store_config *there = vv_blocks_config_store(c, n->name);
	if (there && !(vv_text_same(there->url, n->url) &&
		       vv_text_same(there->push_url, n->push_url) && there->usual == n->usual)) {
		vv_fail(err, VV_EEXISTS, "a store named '%s' already exists", n->name);
		return vv_hint_code(err, VV_HINT_STORE_REMOVE, n->name);
	}
	return VV_OK;
}

vv_status vv_store_name_check(vv_repository *r, const vv_store_naming *n, vv_error *err)
{
	vv_auto(vv_blocks_config) c = {.ref = NULL};
	const vv_status rc = vv_blocks_config_read_work(&c, r, err);

	return rc < 0 ? rc : check_naming(n, &c, err);
}

vv_status vv_store_name(vv_repository *r, const vv_store_naming *n, vv_error *err)
{
	vv_auto(vv_blocks_config) c = {0};
	vv_auto(lines) l = {.count = 0};
	vv_status rc;

	if ((rc = vv_write_turn_take(r, err)) < 0 ||
	    (rc = vv_blocks_config_read_work(&c, r, err)) < 0 ||
	    (rc = check_naming(n, &c, err)) < 0 || (rc = vv_block_peer_trust(r, n->url, err)) < 0 ||
	    (n->push_url && (rc = vv_block_peer_trust(r, n->push_url, err)) < 0)) {
		return rc;
	}
	if (n->usual) {
		unset_usual(&l, &c, n->name);
		set_line(&l, n->name, "default", "true");
	}
	if (n->push_url) {
		set_line(&l, n->name, "pushUrl", n->push_url);
	}
	set_line(&l, n->name, "url", n->url);
	return write_lines(r, &l, err);
}

static void remove_section(lines *l, const char *name)
{
	char *section = vv_arena_printf(&l->arena, "store.%s", name);

	l->failed = l->failed || !section;
	l->items[l->count++] = (vv_blocks_config_line){.key = section, .section = true};
}

/* The remote's own: the block peers beside it stay. *found false: there is none. */
static vv_status forget_own(vv_repository *r, const char *name, bool *found, vv_error *err)
{
	vv_auto(vv_remote) m = {.name = NULL};
	vv_auto(char) *key = NULL;
	const char *own;

	*found = false;
	if (vv_remote_find(&m, r, name, VV_IGNORED) < 0 || !m.name || !(own = vv_store_own(&m))) {
		return VV_OK;
	}
	if (!(key = vv_remote_key(m.name, "varveUrl"))) return vv_fail_nomem(err);
	const char *args[] = {"config", "--fixed-value", "--unset-all", key, own, NULL};
	const vv_git_call run = {.args = args, .repo = r};

	*found = true;
	return vv_git_must(&run, key, err);
}

vv_status vv_store_forget(vv_repository *r, const char *name, vv_error *err)
{
	vv_auto(vv_blocks_config) c = {.ref = NULL};
	vv_auto(lines) l = {.count = 0};
	bool own = false;
	vv_status rc;

	if ((rc = vv_write_turn_take(r, err)) < 0 ||
	    (rc = vv_blocks_config_read_work(&c, r, err)) < 0) {
		return rc;
	}
	if (vv_blocks_config_store(&c, name)) {
		remove_section(&l, name);
		return write_lines(r, &l, err);
	}
	if ((rc = forget_own(r, name, &own, err)) < 0 || own) return rc;
	vv_fail(err, VV_ENOTFOUND, VV_BLOCKS_CONFIG " has no store '%s'", vv_text_shows(name));
	return vv_hint_code(err, VV_HINT_STORE_LIST);
}

vv_status vv_store_switch(vv_repository *r, const char *name, const char *remote, bool *changed,
			  vv_error *err)
{
	vv_auto(vv_blocks_config) c = {.ref = NULL};
	vv_auto(lines) l = {.count = 0};
	bool own = false;
	vv_status rc;

	*changed = false;
	if ((rc = vv_write_turn_take(r, err)) < 0 ||
	    (rc = vv_blocks_config_read_work(&c, r, err)) < 0) {
		return rc;
	}
	const vv_store_config *usual = vv_blocks_config_store(&c, NULL);
	if (name && usual && strcmp(usual->name, name) == 0) return VV_OK;
	if (name) {
		set_line(&l, name, "default", "true");
		unset_usual(&l, &c, name);
	}
	for (size_t i = 0; !name && i < c.store_count; i++) {
		remove_section(&l, c.stores[i].name);
	}
	*changed = l.count > 0;
	if (*changed && (rc = write_lines(r, &l, err)) < 0) return rc;
	return name || !remote ? VV_OK : forget_own(r, remote, &own, err);
}

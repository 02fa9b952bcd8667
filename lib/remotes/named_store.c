/*
 * named_store: which lines of .varveconfig make a store.
 */
#include "lib/remotes/named_store.h"

#include <string.h>

#include "base/ascii.h"
#include "base/hint.h"
#include "base/sys.h"
#include "base/text.h"
#include "lib/remotes/block_peers.h"
#include "lib/remotes/blocks_config.h"
#include "lib/remotes/remote.h"
#include "repo/git/config.h"
#include "repo/git/run_git.h"

/* "git config --file .varveconfig WORDS..." at the top of the work tree. */
static vv_status edit(vv_repository *r, const char *a, const char *b, vv_error *err)
{
	const char *args[] = {"config", "--file", VV_BLOCKS_CONFIG, a, b, NULL};
	const vv_git_call run = {.args = args, .repo = r, .dir = vv_repository_workdir(r)};

	if (!run.dir) {
		return vv_fail(err, VV_EUSAGE,
			       "a bare repository has no " VV_BLOCKS_CONFIG " to write to");
	}
	return vv_git_must(&run, VV_BLOCKS_CONFIG, err);
}

static vv_status set(vv_repository *r, const char *name, const char *key, const char *value,
		     vv_error *err)
{
	vv_auto(vv_buf) full = VV_BUF_INIT;

	vv_buf_printf(&full, "store.%s.%s", name, key);
	vv_status rc = vv_buf_ok(&full, err);
	return rc < 0 ? rc : edit(r, vv_buf_cstr(&full), value, err);
}

static vv_status check_name(const char *name, vv_error *err)
{
	static const char plain[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";

	if (!*name || *name == '-' || name[strspn(name, plain)]) {
		vv_fail(err, VV_EUSAGE, "'%s' is not a name for a store", vv_text_shows(name));
		return vv_hint(err, "letters, digits, '_' and '-' make one");
	}
	return VV_OK;
}

/* None of the others is the usual one any more. */
static vv_status unset_usual(vv_repository *r, const vv_blocks_config *c, vv_error *err)
{
	vv_status rc = VV_OK;

	for (size_t i = 0; rc == VV_OK && i < c->store_count; i++) {
		if (c->stores[i].usual) {
			rc = set(r, c->stores[i].name, "default", "false", err);
		}
	}
	return rc;
}

/* c: what the file has now. */
static vv_status check(const vv_store_naming *n, const vv_blocks_config *c, vv_error *err)
{
	vv_status rc = check_name(n->name, err);

	if (rc < 0 || (rc = vv_store_url_check(n->url, false, err)) < 0 ||
	    (n->push_url && (rc = vv_store_url_check(n->push_url, true, err)) < 0)) {
		return rc;
	}
	if (vv_blocks_config_store(c, n->name)) {
		vv_fail(err, VV_EEXISTS, "there is a store '%s' already", n->name);
		return vv_hint_code(err, VV_HINT_STORE_REMOVE, n->name);
	}
	return VV_OK;
}

vv_status vv_store_name_check(vv_repository *r, const vv_store_naming *n, vv_error *err)
{
	vv_blocks_config c;
	vv_status rc = vv_blocks_config_read_work(&c, r, err);

	if (rc == VV_OK) {
		rc = check(n, &c, err);
		vv_blocks_config_clear(&c);
	}
	return rc;
}

/* The URL last: it makes the store. */
static vv_status write_lines(vv_repository *r, const vv_store_naming *n, vv_error *err)
{
	vv_status rc = VV_OK;

	if ((n->usual && (rc = set(r, n->name, "default", "true", err)) < 0) ||
	    (n->push_url && (rc = set(r, n->name, "pushUrl", n->push_url, err)) < 0)) {
		return rc;
	}
	return set(r, n->name, "url", n->url, err);
}

vv_status vv_store_name(vv_repository *r, const vv_store_naming *n, vv_error *err)
{
	vv_auto(vv_blocks_config) c = {0};
	vv_status rc = vv_blocks_config_read_work(&c, r, err);

	if (rc < 0) return rc;
	if ((rc = check(n, &c, err)) < 0 || (n->usual && (rc = unset_usual(r, &c, err)) < 0) ||
	    (rc = vv_block_peer_trust(r, n->url, err)) < 0 ||
	    (n->push_url && (rc = vv_block_peer_trust(r, n->push_url, err)) < 0)) {
		return rc;
	}
	rc = write_lines(r, n, err);
	return rc;
}

const char *vv_store_own(const vv_remote *m)
{
	for (size_t i = 0; i < m->blocks_url_count; i++) {
		if (vv_blocks_is_store(m->blocks_urls[i])) return m->blocks_urls[i];
	}
	return NULL;
}

static vv_status remove_section(vv_repository *r, const char *name, vv_error *err)
{
	vv_auto(vv_buf) section = VV_BUF_INIT;

	vv_buf_printf(&section, "store.%s", name);
	vv_status rc = vv_buf_ok(&section, err);
	return rc < 0 ? rc : edit(r, "--remove-section", section.data, err);
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
	bool own = false;
	vv_status rc = vv_blocks_config_read_work(&c, r, err);

	if (rc < 0) return rc;
	if (vv_blocks_config_store(&c, name)) return remove_section(r, name, err);
	if ((rc = forget_own(r, name, &own, err)) < 0 || own) return rc;
	vv_fail(err, VV_ENOTFOUND, VV_BLOCKS_CONFIG " names no store '%s'", vv_text_shows(name));
	return vv_hint_code(err, VV_HINT_STORE_LIST);
}

vv_status vv_store_switch(vv_repository *r, const char *name, const char *remote, bool *changed,
			  vv_error *err)
{
	vv_auto(vv_blocks_config) c = {.ref = NULL};
	vv_status rc = vv_blocks_config_read_work(&c, r, err);
	const vv_store_config *usual = rc < 0 ? NULL : vv_blocks_config_store(&c, NULL);

	*changed = false;
	if (rc < 0 || (name && usual && strcmp(usual->name, name) == 0)) return rc;
	if (name) {
		*changed = true;
		/* The new one first: of two the first counts, and none is no state to be killed in. */
		rc = set(r, name, "default", "true", err);
		return rc < 0 ? rc : unset_usual(r, &c, err);
	}
	for (size_t i = 0; rc == VV_OK && i < c.store_count; i++) {
		*changed = true;
		rc = remove_section(r, c.stores[i].name, err);
	}
	if (rc == VV_OK && remote) {
		bool own = false;

		rc = forget_own(r, remote, &own, err);
	}
	return rc;
}

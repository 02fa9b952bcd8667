/*
 * remote_edit: knows all places that name a remote: its settings, branches that follow it, its
 * tracking refs.
 */
#include <string.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/sys.h"
#include "base/text.h"
#include "lib/remotes/remote.h"
#include "repo/git/config.h"
#include "repo/git/history/refs.h"

typedef struct setting {
	char *name, *value;
} setting;

typedef struct settings {
	const char *remote;
	bool branches; /* those of branches that follow it, instead of its own */
	setting *items;
	size_t count;
} settings;

static bool is_own(const settings *s, const char *name)
{
	size_t len = strlen(s->remote);
	return strncmp(name, "remote.", 7) == 0 && strncmp(name + 7, s->remote, len) == 0 &&
	       name[7 + len] == '.' && !strchr(name + 8 + len, '.');
}

/* "branch.<name>.remote" (or pushRemote) whose value is the remote. */
static bool is_follower(const settings *s, const char *name, const char *value)
{
	const char *end = strrchr(name, '.');
	return strncmp(name, "branch.", 7) == 0 && end &&
	       (strcmp(end, ".remote") == 0 || strcmp(end, ".pushremote") == 0) &&
	       strcmp(value, s->remote) == 0;
}

static vv_status collect(void *payload, const char *name, const char *value, const char *level,
			 vv_error *err)
{
	settings *s = payload;

	if (strcmp(level, "local") != 0 || !value ||
	    !(s->branches ? is_follower(s, name, value) : is_own(s, name))) {
		return VV_OK;
	}
	setting *items = vv_realloc_array(s->items, s->count + 1, sizeof(*items));
	if (!items) return vv_fail_nomem(err);
	s->items = items;
	items[s->count] = (setting){vv_strdup(name), vv_strdup(value)};
	s->count++;
	return items[s->count - 1].name && items[s->count - 1].value ? VV_OK : vv_fail_nomem(err);
}

static void clear(settings *s)
{
	for (size_t i = 0; i < s->count; i++) {
		vv_free(s->items[i].name);
		vv_free(s->items[i].value);
	}
	vv_free(s->items);
	memset(s, 0, sizeof(*s));
}

/* Changes of settings, made together: a kill leaves all of them or none. */
typedef struct edits {
	vv_config_edit *items;
	size_t count, cap;
	vv_arena arena; /* has their texts */
} edits;

static void edits_clear(edits *e)
{
	vv_free(e->items);
	vv_arena_clear(&e->arena);
}

static vv_status add_edit(edits *e, const char *key, const char *value, bool add, vv_error *err)
{
	const char *own_key = vv_arena_strndup(&e->arena, key, strlen(key));
	const char *own = value ? vv_arena_strndup(&e->arena, value, strlen(value)) : NULL;

	if (!own_key || (value && !own) || !vv_array_room(e->items, e->count, e->cap)) {
		return vv_fail_nomem(err);
	}
	e->items[e->count++] = (vv_config_edit){own_key, own, add};
	return VV_OK;
}

/* Followers of the remote follow another, or none (to NULL: what they follow goes as well). */
static vv_status move_followers(edits *e, vv_repository *r, const char *from, const char *to,
				vv_error *err)
{
	settings s = {.remote = from, .branches = true};
	vv_status rc = vv_config_each(r, "branch.", collect, &s, err);

	for (size_t i = 0; rc == VV_OK && i < s.count; i++) {
		char *dot = strrchr(s.items[i].name, '.');
		rc = add_edit(e, s.items[i].name, to, false, err);
		if (rc == VV_OK && !to && strcmp(dot, ".remote") == 0) {
			vv_auto(vv_buf) merge = VV_BUF_INIT;
			vv_buf_put(&merge, s.items[i].name, (size_t)(dot - s.items[i].name));
			vv_buf_puts(&merge, ".merge");
			rc = vv_buf_ok(&merge, err);
			rc = rc < 0 ? rc : add_edit(e, merge.data, NULL, false, err);
		}
	}
	clear(&s);
	return rc;
}

/* --- tracking refs ------------------------------------------------------------------------- */

typedef struct refs {
	vv_ref_change *changes;
	vv_oid *ids;
	char **names, **targets; /* targets: of symbolic refs (origin/HEAD); NULL for others */
	size_t count, id_cap, name_cap, target_cap;
} refs;

static vv_status add_ref(void *payload, const vv_ref *ref, vv_error *err)
{
	refs *l = payload;
	size_t n = l->count;

	if (!vv_array_room(l->names, n, l->name_cap) ||
	    !vv_array_room(l->targets, n, l->target_cap) || !vv_array_room(l->ids, n, l->id_cap)) {
		return vv_fail_nomem(err);
	}
	l->names[n] = vv_strdup(ref->name);
	l->targets[n] = ref->symbolic ? vv_strdup(ref->symbolic) : NULL;
	l->ids[n] = ref->id;
	l->count++;
	return l->names[n] ? VV_OK : vv_fail_nomem(err);
}

static void refs_clear(refs *l)
{
	for (size_t i = 0; i < l->count; i++) {
		vv_free(l->names[i]);
		vv_free(l->targets[i]);
	}
	vv_free(l->names);
	vv_free(l->targets);
	vv_free(l->ids);
	memset(l, 0, sizeof(*l));
}

/* The tracking refs of the remote, and how long the part is that all their names begin with. */
static vv_status list_refs(refs *l, size_t *prefix_len, vv_repository *r, const char *remote,
			   vv_error *err)
{
	vv_auto(vv_buf) prefix = VV_BUF_INIT;
	vv_status rc;

	memset(l, 0, sizeof(*l));
	vv_buf_printf(&prefix, "refs/remotes/%s/", remote);
	*prefix_len = prefix.len;
	if ((rc = vv_buf_ok(&prefix, err)) == VV_OK) {
		rc = vv_refs_each(r, prefix.data, add_ref, l, err);
	}
	return rc;
}

/* Is each ref of `from` at `to` as well (symbolic ones aside)? copy: it is made so. */
static vv_status have_twins(vv_repository *r, const char *from, const char *to, bool copy,
			    bool *all, vv_error *err)
{
	vv_auto(vv_buf) name = VV_BUF_INIT;
	size_t prefix;
	vv_ref ref;
	refs l;
	vv_status rc = list_refs(&l, &prefix, r, from, err);

	*all = true;
	for (size_t i = 0; rc == VV_OK && i < l.count; i++) {
		if (l.targets[i]) {
			continue;
		}
		vv_buf_reset(&name);
		vv_buf_printf(&name, "refs/remotes/%s/%s", to, l.names[i] + prefix);
		if ((rc = vv_buf_ok(&name, err)) < 0) {
			break;
		}
		bool same = false;
		if (vv_ref_get(r, name.data, &ref, VV_IGNORED) == VV_OK) {
			same = vv_oid_equal(&ref.id, &l.ids[i]);
			vv_ref_clear(&ref);
		}
		if (copy && !same) {
			rc = vv_ref_update(r, name.data, &l.ids[i], NULL, true, "remote: renamed",
					   err);
		}
		*all = *all && (same || copy);
	}
	refs_clear(&l);
	return rc;
}

static vv_status delete_refs(vv_repository *r, const char *remote, vv_error *err)
{
	size_t prefix;
	refs l;
	vv_status rc = list_refs(&l, &prefix, r, remote, err);

	/* Symbolic ones first: what they name goes, too. */
	for (int pass = 0; pass < 2; pass++) {
		for (size_t i = 0; rc == VV_OK && i < l.count; i++) {
			if ((l.targets[i] != NULL) == (pass == 0)) {
				rc = vv_ref_delete(r, l.names[i], NULL, err);
				if (rc == VV_ENOTFOUND) {
					vv_error_clear(err);
					rc = VV_OK;
				}
			}
		}
	}
	refs_clear(&l);
	return rc;
}

/* --- the two ------------------------------------------------------------------------------ */

static vv_status drop_settings(edits *e, const settings *s, vv_error *err)
{
	vv_status rc = VV_OK;
	for (size_t i = 0; rc == VV_OK && i < s->count; i++) {
		rc = add_edit(e, s->items[i].name, NULL, false, err);
	}
	return rc;
}

/* The settings last: as long as they are there the same can be asked for again. */
vv_status vv_remote_forget(vv_repository *r, const vv_remote *m, vv_error *err)
{
	settings s = {.remote = m->name};
	edits e = {.arena = VV_ARENA_INIT};
	vv_status rc;

	if ((rc = vv_config_each(r, "remote.", collect, &s, err)) < 0 ||
	    (rc = move_followers(&e, r, m->name, NULL, err)) < 0 ||
	    (rc = drop_settings(&e, &s, err)) < 0 || (rc = delete_refs(r, m->name, err)) < 0) {
		goto done;
	}
	rc = vv_config_change(r, e.items, e.count, err);
done:
	edits_clear(&e);
	clear(&s);
	return rc;
}

/* "+refs/heads/X:refs/remotes/OLD/X" with the new name. */
static vv_status put_spec(vv_buf *b, const char *value, const char *from, const char *to,
			  vv_error *err)
{
	vv_auto(vv_buf) old = VV_BUF_INIT;

	vv_buf_reset(b);
	vv_buf_printf(&old, ":refs/remotes/%s/", from);
	const char *at = old.failed ? NULL : strstr(value, old.data);
	if (at) {
		vv_buf_put(b, value, (size_t)(at - value));
		vv_buf_printf(b, ":refs/remotes/%s/%s", to, at + old.len);
	} else {
		vv_buf_puts(b, value);
	}
	return vv_buf_ok(b, err);
}

static vv_status move_settings(edits *e, const settings *s, const char *from, const char *to,
			       vv_error *err)
{
	vv_auto(vv_buf) value = VV_BUF_INIT;
	vv_status rc = VV_OK;

	for (size_t i = 0; rc == VV_OK && i < s->count; i++) {
		vv_auto(char) *full = vv_remote_key(to, s->items[i].name + 8 + strlen(from));
		rc = full ? put_spec(&value, s->items[i].value, from, to, err) : vv_fail_nomem(err);
		rc = rc < 0 ? rc : add_edit(e, full, value.data, true, err);
	}
	return rc;
}

/* First the refs under both names, then the settings in one step, then the old refs go: what a
 * kill leaves the same command finishes. */
vv_status vv_remote_move(vv_repository *r, const vv_remote *m, const char *to, vv_error *err)
{
	settings s = {.remote = m->name};
	edits e = {.arena = VV_ARENA_INIT};
	bool all;
	vv_status rc;

	if ((rc = vv_config_each(r, "remote.", collect, &s, err)) < 0 ||
	    (rc = move_settings(&e, &s, m->name, to, err)) < 0 ||
	    (rc = move_followers(&e, r, m->name, to, err)) < 0 ||
	    (rc = drop_settings(&e, &s, err)) < 0 ||
	    (rc = have_twins(r, m->name, to, true, &all, err)) < 0 ||
	    (rc = vv_config_change(r, e.items, e.count, err)) < 0) {
		goto done;
	}
	rc = delete_refs(r, m->name, err);
done:
	edits_clear(&e);
	clear(&s);
	return rc;
}

vv_status vv_remote_move_finish(vv_repository *r, const char *from, const char *to, bool *done,
				vv_error *err)
{
	size_t prefix;
	refs l;
	vv_status rc = list_refs(&l, &prefix, r, from, err);
	bool any = l.count > 0;

	refs_clear(&l);
	*done = false;
	if (rc < 0 || !any || (rc = have_twins(r, from, to, false, done, err)) < 0 || !*done) {
		return rc;
	}
	return delete_refs(r, from, err);
}

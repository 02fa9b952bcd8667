/*
 * remote_edit: knows all places that name a remote: its settings, branches that follow it, its
 * tracking refs.
 */
#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/work/peers/remote.h"
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
	if (!items) {
		return vv_fail_nomem(err);
	}
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

/* Followers of the remote follow another, or none (to NULL: what they follow goes as well). */
static vv_status move_followers(vv_repository *r, const char *from, const char *to, vv_error *err)
{
	settings s = {.remote = from, .branches = true};
	vv_status rc = vv_config_each(r, "branch.", collect, &s, err);

	for (size_t i = 0; rc == VV_OK && i < s.count; i++) {
		char *dot = strrchr(s.items[i].name, '.');
		rc = vv_config_set(r, s.items[i].name, to, err);
		if (rc == VV_OK && !to && strcmp(dot, ".remote") == 0) {
			vv_buf merge = VV_BUF_INIT;
			vv_buf_put(&merge, s.items[i].name, (size_t)(dot - s.items[i].name));
			vv_buf_puts(&merge, ".merge");
			if ((rc = vv_buf_ok(&merge, err)) == VV_OK) {
				rc = vv_config_set(r, merge.data, NULL, err);
			}
			vv_buf_clear(&merge);
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

/* to NULL: they are deleted. */
static vv_status move_refs(vv_repository *r, const char *from, const char *to, vv_error *err)
{
	vv_buf prefix = VV_BUF_INIT, name = VV_BUF_INIT;
	refs l = {0};
	vv_status rc;

	vv_buf_printf(&prefix, "refs/remotes/%s/", from);
	if ((rc = vv_buf_ok(&prefix, err)) == VV_OK) {
		rc = vv_refs_each(r, prefix.data, add_ref, &l, err);
	}
	for (size_t i = 0; rc == VV_OK && i < l.count; i++) {
		vv_buf_reset(&name);
		vv_buf_printf(&name, "refs/remotes/%s/%s", to ? to : "", l.names[i] + prefix.len);
		rc = vv_buf_ok(&name, err);
		if (rc == VV_OK && to && !l.targets[i]) {
			rc = vv_ref_update(r, name.data, &l.ids[i], NULL, true, "remote: renamed",
					   err);
		}
		if (rc == VV_OK) {
			rc = vv_ref_delete(r, l.names[i], NULL, err);
		}
	}
	for (size_t i = 0; i < l.count; i++) {
		vv_free(l.names[i]);
		vv_free(l.targets[i]);
	}
	vv_free(l.names);
	vv_free(l.targets);
	vv_free(l.ids);
	vv_buf_clear(&prefix);
	vv_buf_clear(&name);
	return rc;
}

/* --- the two ------------------------------------------------------------------------------ */

static vv_status drop_settings(vv_repository *r, const settings *s, vv_error *err)
{
	vv_status rc;
	for (size_t i = 0; i < s->count; i++) {
		if ((rc = vv_config_set(r, s->items[i].name, NULL, err)) < 0) {
			return rc;
		}
	}
	return VV_OK;
}

vv_status vv_remote_forget(vv_repository *r, const vv_remote *m, vv_error *err)
{
	settings s = {.remote = m->name};
	vv_status rc = vv_config_each(r, "remote.", collect, &s, err);

	if (rc == VV_OK && (rc = move_followers(r, m->name, NULL, err)) == VV_OK &&
	    (rc = move_refs(r, m->name, NULL, err)) == VV_OK) {
		rc = drop_settings(r, &s, err);
	}
	clear(&s);
	return rc;
}

/* "+refs/heads/X:refs/remotes/OLD/X" with the new name. */
static vv_status put_spec(vv_buf *b, const char *value, const char *from, const char *to,
			  vv_error *err)
{
	vv_buf old = VV_BUF_INIT;

	vv_buf_reset(b);
	vv_buf_printf(&old, ":refs/remotes/%s/", from);
	const char *at = old.failed ? NULL : strstr(value, old.data);
	if (at) {
		vv_buf_put(b, value, (size_t)(at - value));
		vv_buf_printf(b, ":refs/remotes/%s/%s", to, at + old.len);
	} else {
		vv_buf_puts(b, value);
	}
	vv_buf_clear(&old);
	return vv_buf_ok(b, err);
}

vv_status vv_remote_move(vv_repository *r, const vv_remote *m, const char *to, vv_error *err)
{
	settings s = {.remote = m->name};
	vv_buf value = VV_BUF_INIT;
	vv_status rc = vv_config_each(r, "remote.", collect, &s, err);

	for (size_t i = 0; rc == VV_OK && i < s.count; i++) {
		const char *key = s.items[i].name + 8 + strlen(m->name);
		char *full = vv_remote_key(to, key);
		rc = full ? put_spec(&value, s.items[i].value, m->name, to, err)
			  : vv_fail_nomem(err);
		if (rc == VV_OK) {
			rc = vv_config_add(r, full, value.data, err);
		}
		vv_free(full);
	}
	if (rc == VV_OK && (rc = move_refs(r, m->name, to, err)) == VV_OK &&
	    (rc = move_followers(r, m->name, to, err)) == VV_OK) {
		rc = drop_settings(r, &s, err);
	}
	vv_buf_clear(&value);
	clear(&s);
	return rc;
}

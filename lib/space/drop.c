/*
 * drop: examines the keepers, and lists versions as elsewhere before removing them.
 */
#include "lib/space/drop.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/file.h"
#include "base/show.h"
#include "base/sys.h"
#include "lib/remotes/proof.h"
#include "lib/remotes/reach.h"
#include "lib/remotes/vault_config.h"
#include "lib/sync/named_versions.h"
#include "lib/sync/vault_peer.h"
#include "repo/blocks/cid_map.h"
#include "repo/blocks/reach.h"
#include "repo/git/history/refs.h"
#include "repo/git/history/revision.h"
#include "repo/git/objects/send.h"
#include "repo/known/elsewhere.h"
#include "repo/known/incomplete.h"
#include "repo/known/roots.h"
#include "transport/line/url.h"

typedef struct dropping {
	vv_drop *d;
	vv_repository *repo;
	const vv_notes *notes;
	vv_store *store;
	vv_cid_map *named;  /* root -> place in d->versions */
	vv_cid_set *in_use; /* may not go */
	vv_oids tips;       /* of all refs */
	bool *found;        /* with history: d->paths[i] has a version */
} dropping;

void vv_drop_clear(vv_drop *d)
{
	vv_array_clear(d->versions, d->count, it, vv_free(it->path));
	vv_array_clear(d->keepers, d->keeper_count, it, vv_free_all(it->name, it->url));
	d->versions = NULL;
	d->keepers = NULL;
	d->count = d->cap = d->keeper_count = d->keeper_cap = 0;
}

/* --- which versions ----------------------------------------------------------------------------- */

static vv_status take_version(void *payload, const vv_cid *root, const char *path, vv_error *err)
{
	dropping *x = payload;
	vv_drop *d = x->d;
	uint64_t at;

	if (vv_cid_map_get(x->named, root, &at)) return VV_OK;
	char *copy = vv_strdup(path);
	if (!vv_array_own(d->versions, d->count, d->cap, copy,
			  (vv_drop_version){.root = *root, .path = copy})) {
		return vv_fail_nomem(err);
	}
	return vv_cid_map_put(x->named, root, d->count - 1, NULL, err);
}

static vv_status note_in_use(void *payload, const vv_cid *root, const char *path VV_UNUSED,
			     vv_error *err)
{
	dropping *x = payload;

	return vv_cid_set_note(x->in_use, root, err);
}

static vv_status on_used_root(void *payload, const vv_cid *root, const char *path,
			      const vv_oid *commit VV_UNUSED, const char *what VV_UNUSED,
			      vv_error *err)
{
	return root ? note_in_use(payload, root, path, err) : VV_OK;
}

static vv_status take_ref(void *payload, const vv_ref *ref, vv_error *err)
{
	dropping *x = payload;
	char hex[VV_OID_TEXT + 1];
	vv_status rc;

	if (vv_oid_is_null(&ref->commit)) return VV_OK;
	/* A pull is about to merge what its tracking branch has. */
	if ((rc = vv_oids_add(&x->tips, &ref->commit, err)) < 0 || !x->d->history ||
	    (strncmp(ref->name, "refs/heads/", 11) != 0 &&
	     strncmp(ref->name, "refs/remotes/", 13) != 0 &&
	     strncmp(ref->name, "refs/tags/", 10) != 0)) {
		return rc;
	}
	vv_oid_text(hex, &ref->commit);
	return vv_named_versions_each(x->repo, hex, NULL, note_in_use, x, err);
}

/* The version before, by which a later fetch gets it as a difference; with history, which versions
 * there are. */
static vv_status on_history(void *payload, const vv_new_root *n, vv_error *err)
{
	dropping *x = payload;
	uint64_t at;
	vv_status rc;

	if (x->d->history && vv_path_is_among(n->path, x->d->paths, x->found) &&
	    !vv_cid_set_has(x->in_use, &n->root) &&
	    (rc = take_version(x, &n->root, n->path, err)) < 0) {
		return rc;
	}
	if (vv_cid_map_get(x->named, &n->root, &at)) {
		x->d->versions[at].before = n->before;
	}
	return VV_OK;
}

static vv_status find_versions(dropping *x, vv_error *err)
{
	vv_oid head;
	vv_status rc;

	if ((rc = vv_roots_in_use_each(x->repo, on_used_root, x, err)) < 0 ||
	    (rc = vv_refs_each(x->repo, "refs/", take_ref, x, err)) < 0 ||
	    (vv_rev_commit(x->repo, "HEAD", &head, VV_IGNORED) == VV_OK &&
	     (rc = vv_oids_add(&x->tips, &head, err)) < 0)) {
		return rc;
	}
	if (!x->d->history) {
		rc = vv_named_versions_each(x->repo, x->d->rev, x->d->paths, take_version, x, err);
	}
	rc = rc < 0 ? rc : vv_paths_unfound(&x->found, x->d->paths, err);
	rc = rc < 0 ? rc
		    : vv_new_roots_each(x->repo, x->tips.items, x->tips.count, NULL, 0, on_history,
					x, err);
	return rc < 0 || !x->d->history ? rc : vv_paths_found(x->d->paths, x->found, err);
}

static vv_status find_fates(dropping *x, vv_error *err)
{
	vv_status rc;

	vv_array_each(x->d->versions, x->d->count, v) {
		const bool used = vv_cid_set_has(x->in_use, &v->root);
		bool complete = false;

		if (!used &&
		    (rc = vv_store_complete(x->store, &v->root, &complete, NULL, err)) < 0) {
			return rc;
		}
		if (used) {
			v->fate = VV_DROP_IN_USE;
		} else if (complete) {
			v->fate = VV_DROP_ALONE;
		} else {
			v->fate = VV_DROP_AWAY;
		}
	}
	return VV_OK;
}

static bool is_asked_for(const vv_drop_version *v)
{
	return v->fate == VV_DROP_ALONE;
}

/* --- who keeps them ------------------------------------------------------------------------------ */

static void count_copies(dropping *x, size_t keeper, vv_drop_version *v, unsigned copies)
{
	if (copies > 0 && v->copies == 0) {
		v->keeper = keeper;
	}
	v->copies += copies;
	x->d->keepers[keeper].versions += copies > 0;
}

/* Versions that a remote shows now. */
static vv_status count_shown(dropping *x, size_t keeper, const vv_reached *there, vv_error *err)
{
	vv_drop *d = x->d;
	vv_auto_free vv_cid *roots = vv_calloc(d->count + 1, sizeof(*roots));
	vv_auto_free size_t *places = vv_calloc(d->count + 1, sizeof(*places));
	size_t count = 0;
	vv_auto_free bool *holds = vv_calloc(d->count + 1, sizeof(*holds));
	vv_status rc = roots && places && holds ? VV_OK : vv_fail_nomem(err);

	for (size_t i = 0; rc == VV_OK && i < d->count; i++) {
		if (is_asked_for(&d->versions[i])) {
			roots[count] = d->versions[i].root;
			places[count++] = i;
		}
	}
	if (rc == VV_OK) {
		rc = vv_proof_ask(holds, there, x->store, roots, count, err);
	}
	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		count_copies(x, keeper, &d->versions[places[i]], holds[i]);
	}
	return rc;
}

/* One repository under two names or addresses counts once. */
static vv_status check_other(dropping *x, size_t keeper, const vv_remote *m, const vv_hello *hello,
			     vv_error *err)
{
	vv_drop_keeper *k = &x->d->keepers[keeper];

	memcpy(k->id, hello->id, sizeof(k->id));
	if (!(k->url = vv_strdup(m->url))) return vv_fail_nomem(err);
	const vv_drop_keeper *other = vv_array_find(
		x->d->keepers, keeper, it,
		(k->id[0] && memcmp(k->id, it->id, sizeof(k->id)) == 0) ||
			(it->url && strcmp(k->url, it->url) == 0));
	return other ? vv_fail(err, VV_EREFUSED, "it is the same repository as %s",
			       vv_reach_shown(other->name))
		     : VV_OK;
}

static vv_status ask_remote(dropping *x, size_t keeper, vv_error *err)
{
	vv_auto(vv_transfer) t = {0};
	vv_auto(vv_remote) m = {0};
	vv_auto(vv_reached) there = {0};
	vv_status rc;

	if ((rc = vv_transfer_open(&t, x->repo, x->notes, true, x->d->idle_sec, err)) < 0) {
		return rc;
	}
	if ((rc = vv_remote_find(&m, x->repo, x->d->keepers[keeper].name, err)) == VV_OK &&
	    (rc = vv_reach(&there, &t, &m, false, err)) == VV_OK) {
		rc = check_other(x, keeper, &m, there.hello, err);
	}
	return rc < 0 ? rc : count_shown(x, keeper, &there, err);
}

/* Which of these the vault keeps, and how many copies of each; every question has all of its shards proved again, so
 * that there are few. *keeps has a '1' for each that it does, and lives in the arena. */
static vv_status ask_kept(dropping *x, const vv_connect_options *o, const vv_cid *roots,
			  size_t count, vv_arena *arena, const char **keeps, unsigned *copies,
			  vv_error *err)
{
	const vv_vault_question q = {
		.word = "keeps", .roots = roots, .count = count, .notes = x->notes};
	vv_json *doc;
	uint64_t n;
	vv_status rc = vv_vault_ask(&doc, arena, x->repo, o, &q, err);

	if (rc < 0) return rc;
	*keeps = vv_json_get_string(doc, "keeps");
	if (!*keeps || strlen(*keeps) != count || strspn(*keeps, "01") != count ||
	    !vv_json_get_u64(&n, doc, "copies") || n > UINT16_MAX) {
		return vv_fail(err, VV_ECORRUPT, "the vault's program sent an unexpected answer");
	}
	*copies = (unsigned)n;
	return VV_OK;
}

/* Starts at `at`; sets *at to the next version to request. */
static vv_status count_kept(dropping *x, size_t keeper, const vv_connect_options *o, size_t *at,
			    vv_error *err)
{
	vv_auto_free vv_cid *roots = vv_calloc(VV_VAULT_ROOTS_MAX, sizeof(*roots));
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	const char *keeps = "";
	unsigned copies = 0;
	size_t first = *at, count = 0;
	vv_status rc = roots ? VV_OK : vv_fail_nomem(err);

	for (; rc == VV_OK && *at < x->d->count && count < VV_VAULT_ROOTS_MAX; (*at)++) {
		if (is_asked_for(&x->d->versions[*at])) {
			roots[count++] = x->d->versions[*at].root;
		}
	}
	if (rc == VV_OK && count > 0) {
		rc = ask_kept(x, o, roots, count, &arena, &keeps, &copies, err);
	}
	x->d->keepers[keeper].copies = copies;
	for (size_t i = first; rc == VV_OK && i < *at; i++) {
		if (is_asked_for(&x->d->versions[i]) && *keeps++ == '1') {
			count_copies(x, keeper, &x->d->versions[i], copies);
		}
	}
	return rc;
}

static vv_status ask_vault(dropping *x, size_t keeper, vv_error *err)
{
	vv_auto(vv_transfer) t = {0};
	vv_status rc = vv_transfer_open(&t, x->repo, x->notes, true, x->d->idle_sec, err);

	for (size_t at = 0; rc == VV_OK && at < x->d->count;) {
		rc = count_kept(x, keeper, &t.connect, &at, err);
	}
	return rc;
}

static vv_status add_keeper(dropping *x, const char *name, vv_error *err)
{
	vv_drop *d = x->d;
	char *copy = vv_strdup(name);

	return vv_array_own(d->keepers, d->keeper_count, d->keeper_cap, copy,
			    (vv_drop_keeper){.name = copy, .copies = 1})
		       ? VV_OK
		       : vv_fail_nomem(err);
}

/* A remote, or a URL that is written down: a folder as seen from anywhere, and no password. */
static vv_status add_named(dropping *x, const char *word, vv_error *err)
{
	vv_auto(vv_remote) m = {0};
	vv_auto(vv_url) u = {0};
	vv_auto(char) *whole = NULL;
	vv_status rc;

	if (strcmp(word, VV_VAULT_SOURCE) == 0) return add_keeper(x, word, err);
	if (vv_remote_find(&m, x->repo, word, VV_IGNORED) < 0 || m.name ||
	    vv_url_read(&u, word, VV_IGNORED) < 0) {
		rc = add_keeper(x, word, err);
	} else if (u.secret) {
		rc = vv_fail(err, VV_EUSAGE,
			     "%s contains a password, and drop would record this URL\nremove the "
			     "password, and store it in a credential helper of Git",
			     vv_text_url(word));
	} else {
		vv_auto(char) *bare = NULL;

		/* the ending may be left out (vv_connect_finds) */
		if (u.kind == VV_URL_PATH && !(whole = realpath(u.path, NULL))) {
			if (!(bare = vv_asprintf("%s.git", u.path))) return vv_fail_nomem(err);
			whole = realpath(bare, NULL);
		}
		rc = add_keeper(x, whole ? whole : word, err);
	}
	return rc;
}

static vv_status find_keepers(dropping *x, vv_error *err)
{
	vv_cid vault;
	vv_auto(vv_string_list) names = {0};
	vv_status rc = VV_OK;

	for (size_t i = 0; rc == VV_OK && i < x->d->from->count; i++) {
		rc = add_named(x, x->d->from->items[i], err);
	}
	if (rc < 0 || x->d->from->count > 0 || (rc = vv_remote_names(&names, x->repo, err)) < 0) {
		return rc;
	}
	for (size_t i = 0; rc == VV_OK && i < names.count; i++) {
		rc = add_keeper(x, names.items[i], err);
	}
	if (rc == VV_OK && (rc = vv_vault_id_read(&vault, x->repo, err)) == VV_OK &&
	    !vv_cid_is_null(&vault)) {
		rc = add_keeper(x, VV_VAULT_SOURCE, err);
	}
	return rc;
}

static vv_status ask_one(dropping *x, size_t keeper, vv_error *err)
{
	vv_drop_keeper *k = &x->d->keepers[keeper];
	vv_status rc = strcmp(k->name, VV_VAULT_SOURCE) == 0 ? ask_vault(x, keeper, &k->why)
							     : ask_remote(x, keeper, &k->why);

	k->failed = rc < 0;
	return rc == VV_ENOMEM ? vv_fail_nomem(err) : VV_OK;
}

/* If no keeper was reached, the versions' state is unknown. */
static vv_status fail_unasked(const dropping *x, vv_error *err)
{
	vv_array_each(x->d->keepers, x->d->keeper_count, keeper) {
		if (!keeper->failed) return VV_OK;
	}
	if (x->d->keeper_count == 0) return VV_OK;
	*err = x->d->keepers[0].why;
	return vv_prefix(err, "cannot check the blocks at %s",
			 vv_reach_shown(x->d->keepers[0].name));
}

static vv_status ask_keepers(dropping *x, vv_error *err)
{
	uint64_t asked = 0;
	vv_status rc = find_keepers(x, err);

	vv_array_each(x->d->versions, x->d->count, version) {
		asked += is_asked_for(version);
	}
	if (rc < 0 || asked == 0) return rc;
	for (size_t i = 0; rc == VV_OK && i < x->d->keeper_count; i++) {
		rc = ask_one(x, i, err);
	}
	if (rc < 0) return rc;
	vv_array_each(x->d->versions, x->d->count, v) {
		if (is_asked_for(v) && v->copies >= x->d->copies) {
			v->fate = VV_DROP_GOES;
			x->d->goes++;
		}
	}
	return fail_unasked(x, err);
}

/* --- and away ------------------------------------------------------------------------------------- */

static vv_status note_elsewhere(dropping *x, vv_error *err)
{
	vv_drop *d = x->d;
	vv_auto_free vv_elsewhere_version *list = vv_calloc((size_t)d->goes + 1, sizeof(*list));
	size_t count = 0;
	vv_status rc;

	if (!list) return vv_fail_nomem(err);
	vv_array_each(d->versions, d->count, v) {
		if (v->fate == VV_DROP_GOES) {
			list[count++] = (vv_elsewhere_version){v->root, v->before,
							       d->keepers[v->keeper].name};
		}
	}
	if ((rc = vv_elsewhere_add(x->repo, list, count, err)) == VV_OK) {
		rc = vv_repository_set_incomplete(x->repo, true, err);
	}
	return rc;
}

static vv_status remove_blocks(dropping *x, vv_error *err)
{
	vv_auto(vv_cid_set) *drop = vv_cid_set_new();
	vv_status rc = drop ? VV_OK : vv_fail_nomem(err);

	for (size_t i = 0; rc == VV_OK && i < x->d->count; i++) {
		if (x->d->versions[i].fate == VV_DROP_GOES) {
			rc = vv_cid_set_note(drop, &x->d->versions[i].root, err);
		}
	}
	x->d->gc = (vv_gc_run){.dry_run = x->d->dry_run, .drop = drop, .loose_max = UINT_MAX};
	if (rc == VV_OK) {
		rc = vv_gc_run_all(&x->d->gc, x->repo, err);
	}
	x->d->gc.drop = NULL;
	return rc;
}

static vv_status drop_versions(dropping *x, vv_error *err)
{
	vv_status rc;

	if ((rc = vv_repository_store(x->repo, &x->store, err)) < 0 ||
	    (rc = find_versions(x, err)) < 0 || (rc = find_fates(x, err)) < 0 ||
	    (rc = ask_keepers(x, err)) < 0 || x->d->goes == 0 ||
	    (!x->d->dry_run && (rc = note_elsewhere(x, err)) < 0)) {
		return rc;
	}
	return remove_blocks(x, err);
}

vv_status vv_drop_run(vv_drop *d, vv_repository *r, const vv_notes *notes, vv_error *err)
{
	dropping x = {.d = d, .repo = r, .notes = notes};
	vv_auto(vv_fd) lock = vv_drop_lock(r, true, err);

	if (lock < 0) return (vv_status)lock;
	x.named = vv_cid_map_new();
	x.in_use = vv_cid_set_new();
	vv_status rc = x.named && x.in_use ? drop_versions(&x, err) : vv_fail_nomem(err);
	vv_cid_map_free(x.named);
	vv_cid_set_free(x.in_use);
	vv_oids_clear(&x.tips);
	vv_free(x.found);
	return rc;
}

/*
 * push_run_refs: the words of a push, as refs on both sides.
 */
#include "lib/sync/push_run.h"

#include <string.h>

#include "base/array.h"
#include "base/file.h"
#include "base/hint_text.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "lib/sync/fetch_refs.h"
#include "repo/git/history/revision.h"
#include "repo/git/objects/send.h"
#include "repo/known/erased.h"

bool vv_push_item_is_behind(const vv_push_item *it)
{
	if (it->hint == VV_HINT_PULL_FIRST) return true;
	return it->unsent && !it->force && !vv_oid_is_null(&it->id) &&
	       strncmp(it->to, "refs/heads/", strlen("refs/heads/")) == 0;
}

void vv_push_plan_clear(vv_push_plan *p)
{
	vv_free(p->items);
	vv_arena_clear(&p->arena);
	memset(p, 0, sizeof(*p));
}

void vv_push_job_init(vv_push_job *j, vv_repository *r)
{
	*j = (vv_push_job){.repo = r};
}

static void push_place_clear(vv_push_place *p)
{
	vv_push_plan_clear(&p->plan);
	vv_free(p->url);
}

void vv_push_job_clear(vv_push_job *j)
{
	vv_array_clear(j->earlier, j->earlier_count, place, push_place_clear(place));
	vv_push_plan_clear(&j->plan);
	vv_free(j->url);
}

static vv_status add_item(vv_push_plan *p, const char *from, const char *word, const char *to,
			  const vv_oid *id, bool force, vv_error *err)
{
	const vv_push_item it = {
		.from = from ? vv_arena_strndup(&p->arena, from, strlen(from)) : NULL,
		.word = vv_arena_strndup(&p->arena, word, strlen(word)),
		.to = vv_arena_strndup(&p->arena, to, strlen(to)),
		.id = *id,
		.force = force,
	};
	return (!from || it.from) && it.word && it.to &&
			       vv_array_add(p->items, p->count, p->cap, it)
		       ? VV_OK
		       : vv_fail_nomem(err);
}

static const char *short_name(const char *ref)
{
	if (strncmp(ref, "refs/heads/", 11) == 0) return ref + 11;
	return strncmp(ref, "refs/tags/", 10) == 0 ? ref + 10 : ref;
}

/* The ref here that a word names: whole, a branch, or a tag. false: none. */
static bool find_here(vv_repository *r, const char *word, vv_ref *out)
{
	static const char *const prefixes[] = {"refs/heads/", "refs/tags/", ""};
	vv_auto(vv_buf) name = VV_BUF_INIT;
	bool found = false;

	for (size_t i = 0; !found && i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		if (prefixes[i][0] == '\0' && strncmp(word, "refs/", 5) != 0) {
			continue;
		}
		vv_buf_reset(&name);
		vv_buf_printf(&name, "%s%s", prefixes[i], word);
		found = !name.failed && vv_ref_get(r, name.data, out, VV_IGNORED) == VV_OK;
	}
	return found;
}

/* The remote ref for a name on the right of ':': full, or in the folder of the left one. */
static const char *remote_name(vv_push_plan *p, const char *to, const char *from)
{
	if (strncmp(to, "refs/", 5) == 0) return to;
	bool tag = from && strncmp(from, "refs/tags/", 10) == 0;
	return vv_arena_printf(&p->arena, "refs/%s/%s", tag ? "tags" : "heads", to);
}

/* FROM:TO where FROM is a commit and not a ref: then TO must be a full name. */
static vv_status add_commit(vv_push_plan *p, vv_repository *r, const vv_refspec *s, bool force,
			    vv_error *err)
{
	vv_oid id;
	vv_status rc = vv_rev_commit(r, s->from, &id, err);

	if (rc < 0) return rc;
	if (!s->to || strncmp(s->to, "refs/", 5) != 0) {
		vv_fail(err, VV_EUSAGE,
			"'%s' is a commit, not a branch or tag: name the ref to push to",
			vv_text_shows(s->from));
		return vv_hint_code(err, VV_HINT_PUSH_TO, "REMOTE", s->from, "refs/heads/NAME");
	}
	return add_item(p, NULL, s->from, s->to, &id, force, err);
}

typedef struct adding {
	vv_push_plan *p;
	const vv_refspec *spec; /* NULL: each to its own name */
	bool force;
} adding;

static vv_status add_ref(void *payload, const vv_ref *ref, vv_error *err)
{
	adding *a = payload;
	vv_status rc = VV_OK;
	vv_auto(char) *to = a->spec ? vv_refspec_map(a->spec, ref->name, &rc)
				    : vv_strdup(ref->name);

	if (ref->symbolic || (a->spec && !to && rc == VV_OK)) return VV_OK;
	if (!to) return vv_fail_nomem(err);
	return add_item(a->p, ref->name, short_name(ref->name), to, &ref->id, a->force, err);
}

/* "refs/heads/NAMES*:refs/for/NAMES*": all that match here. */
static vv_status add_pattern(vv_push_plan *p, vv_repository *r, vv_refspec *s, bool force,
			     vv_error *err)
{
	adding a = {p, s, force};

	if (!s->to && !(s->to = vv_strdup(s->from))) return vv_fail_nomem(err);
	return vv_refs_each(r, "refs/", add_ref, &a, err);
}

static vv_status add_word(vv_push_plan *p, vv_repository *r, const vv_head *head, const char *word,
			  const vv_push_plan_options *o, vv_error *err)
{
	const vv_oid none = {{0}};
	vv_auto(vv_refspec) s = {0};
	vv_auto(vv_ref) ref = {0};
	vv_status rc = vv_refspec_read(&s, word, err);

	if (rc < 0) return rc;
	bool force = s.force || o->force;
	if (strchr(s.from, '*')) {
		rc = add_pattern(p, r, &s, force, err);
	} else if (o->remove || s.from[0] == '\0') {
		const char *name = "";

		if (o->remove) {
			name = s.from;
		} else if (s.to) {
			name = s.to;
		}
		const char *to = remote_name(p, name, NULL);
		if (name[0] == '\0') {
			rc = vv_fail(err, VV_EUSAGE, "'%s' is not a ref", vv_text_shows(word));
		} else if (!to) {
			rc = vv_fail_nomem(err);
		} else {
			rc = add_item(p, NULL, "", to, &none, force, err);
		}
		if (rc == VV_OK) {
			p->items[p->count - 1].short_to = strncmp(name, "refs/", 5) != 0;
		}
	} else if (strcmp(s.from, "HEAD") == 0 && head->branch && !head->unborn) {
		const char *to = s.to ? remote_name(p, s.to, head->branch) : head->branch;
		rc = to ? add_item(p, head->branch, short_name(head->branch), to, &head->commit,
				   force, err)
			: vv_fail_nomem(err);
	} else if (find_here(r, s.from, &ref)) {
		const char *to = s.to ? remote_name(p, s.to, ref.name) : ref.name;
		rc = to ? add_item(p, ref.name, short_name(ref.name), to, &ref.id, force, err)
			: vv_fail_nomem(err);
	} else {
		rc = add_commit(p, r, &s, force, err);
	}
	return rc;
}

/* Adds the default destination of the current branch. */
static vv_status add_current(vv_push_plan *p, vv_repository *r, const vv_head *head,
			     const vv_remote *m, const vv_push_plan_options *o, vv_error *err)
{
	vv_auto(char) *merge = NULL, *remote = NULL, *mode = NULL;
	vv_status rc;

	if (!head->branch || strncmp(head->branch, "refs/heads/", 11) != 0) {
		vv_fail(err, VV_EUSAGE, "HEAD is not on a branch: name the ref to push");
		return vv_hint_code(err, VV_HINT_PUSH_TO, "REMOTE", "HEAD", "refs/heads/NAME");
	}
	if (head->unborn) {
		return vv_fail(err, VV_ENOTFOUND, "the branch '%s' has no commits yet",
			       vv_text_shows(head->branch + 11));
	}
	vv_auto(char) *key = vv_asprintf("branch.%s.merge", head->branch + 11);
	vv_auto(char) *from = vv_asprintf("branch.%s.remote", head->branch + 11);
	if ((rc = vv_alloc_ok(key && from ? key : NULL, err)) < 0) return rc;
	(void)vv_config_string(r, key, &merge, VV_IGNORED);
	(void)vv_config_string(r, from, &remote, VV_IGNORED);
	(void)vv_config_string(r, "push.default", &mode, VV_IGNORED);
	if (mode && !o->upstream &&
	    (strcmp(mode, "nothing") == 0 || strcmp(mode, "matching") == 0)) {
		return vv_fail(err, VV_EUSAGE, "push.default is '%s': name the ref to push", mode);
	}
	bool current = o->upstream || !m->name || (mode && strcmp(mode, "current") == 0);
	bool to_upstream = mode && (strcmp(mode, "upstream") == 0 || strcmp(mode, "tracking") == 0);
	/* The upstream branch is at another remote. */
	const bool apart = remote && m->name && strcmp(remote, m->name) != 0;
	if (apart && to_upstream && !o->upstream) {
		return vv_fail(
			err, VV_EUSAGE,
			"the upstream branch of '%s' is at '%s', not at '%s': name the ref to "
			"push",
			vv_text_shows(head->branch + 11), vv_text_url(remote),
			vv_text_shows(m->name));
	}
	current |= apart;
	if (!merge && !current) {
		bool automatic = false;
		(void)vv_config_bool(r, "push.autosetupremote", false, &automatic, VV_IGNORED);
		current = automatic;
	}
	if (!merge && !current) {
		vv_fail(err, VV_EUSAGE, "the branch '%s' has no upstream branch at %s",
			vv_text_shows(head->branch + 11), vv_text_shows(m->name));
		rc = vv_hint_code(err, VV_HINT_PUSH_UPSTREAM, m->name, head->branch + 11);
	} else if (merge && !current && !to_upstream && strcmp(merge, head->branch) != 0) {
		vv_fail(err, VV_EUSAGE, "the upstream branch of '%s' has a different name: '%s'",
			vv_text_shows(head->branch + 11), vv_text_shows(short_name(merge)));
		rc = vv_hint_code(err, VV_HINT_PUSH_TO, m->name, "HEAD", short_name(merge));
	} else {
		rc = add_item(p, head->branch, short_name(head->branch),
			      current || !merge ? head->branch : merge, &head->commit, o->force,
			      err);
	}
	return rc;
}

/* remote.NAME.push, the default refspecs. */
static vv_status take_word(void *payload, const char *name, const char *value,
			   const char *level VV_UNUSED, vv_error *err)
{
	vv_string_list *words = payload;

	return vv_path_ends(name, ".push") ? vv_string_list_add(words, vv_strdup(value), err)
					   : VV_OK;
}

static vv_status add_configured(vv_push_plan *p, vv_repository *r, const vv_head *head,
				const vv_remote *m, const vv_push_plan_options *o, vv_error *err)
{
	vv_auto(char) *key = m->name ? vv_remote_key(m->name, "push") : NULL;
	vv_auto(vv_string_list) words = {0};
	vv_status rc = m->name ? vv_alloc_ok(key, err) : VV_OK;

	if (rc == VV_OK && key && !o->upstream) {
		rc = vv_config_each(r, key, take_word, &words, err);
	}
	if (rc < 0 || words.count == 0) return rc < 0 ? rc : add_current(p, r, head, m, o, err);
	vv_array_each(words.items, words.count, word) {
		if ((rc = add_word(p, r, head, *word, o, err)) < 0) return rc;
	}
	return VV_OK;
}

vv_status vv_push_plan_words(vv_push_plan *p, vv_repository *r, const vv_head *head,
			     const vv_remote *m, const vv_push_plan_options *o, vv_error *err)
{
	adding a = {p, NULL, o->force};
	vv_status rc = VV_OK;

	for (int i = 0; rc == VV_OK && i < o->count; i++) {
		rc = add_word(p, r, head, o->words[i], o, err);
	}
	if (rc == VV_OK && o->all) {
		rc = vv_refs_each(r, "refs/heads/", add_ref, &a, err);
	}
	if (rc == VV_OK && o->tags) {
		rc = vv_refs_each(r, "refs/tags/", add_ref, &a, err);
	}
	return rc < 0 || o->count > 0 || o->all || o->tags ? rc
							   : add_configured(p, r, head, m, o, err);
}

/* --- comparison with the remote
 * ------------------------------------------------------------------- */

/* The name of a lease: "main" of "main:COMMIT". */
static bool is_of_lease(const vv_push_item *it, const char *lease)
{
	const size_t len = strcspn(lease, ":");
	const char *const names[] = {short_name(it->to), it->to};

	return vv_array_find(names, 2, n, strlen(*n) == len && strncmp(*n, lease, len) == 0);
}

/* As in git, the first that names the ref counts; else "" does. NULL: none. */
static const char *find_lease(const vv_push_item *it, const vv_strings *leases)
{
	const char **found = vv_array_find(leases->items, leases->count, l, is_of_lease(it, *l));

	if (!found) {
		found = vv_array_find(leases->items, leases->count, l, !**l);
	}
	return found ? *found : NULL;
}

/* The lease: the remote branch must be at our tracking branch's id, or at the user's. */
static vv_status check_lease(vv_repository *r, const vv_remote *m, vv_push_item *it,
			     const char *lease, vv_error *err)
{
	const char *colon = strchr(lease, ':');
	vv_oid expected = {{0}};
	vv_auto(char) *tracking = NULL;
	vv_auto(vv_ref) ref = {0};
	vv_status rc = VV_OK;

	it->force = true;
	if (colon && colon[1]) {
		rc = vv_rev_commit(r, colon + 1, &expected, err);
	} else if (!colon) {
		rc = vv_remote_tracking(&tracking, m, it->to, err);
		if (rc == VV_OK && tracking && vv_ref_get(r, tracking, &ref, VV_IGNORED) == VV_OK) {
			expected = ref.id;
		}
	}
	if (rc == VV_OK && !vv_oid_equal(&expected, &it->old)) {
		it->state = VV_PUSH_REFUSED;
		if (colon && colon[1]) {
			it->why = "stale info: it is not at the expected commit";
		} else if (ref.name && vv_oid_is_null(&it->old)) {
			it->why = "stale info: it no longer exists";
		} else if (ref.name) {
			it->why = "stale info: it has moved since the last fetch";
		} else if (colon) {
			it->why = "stale info: it exists already";
		} else {
			it->why = "stale info: it has no remote-tracking branch here";
		}
	}
	return rc;
}

/* A ref to delete that does not exist. One that is still tracked existed: the answer to the push
 * that deleted it may have been lost. */
static vv_status match_gone(vv_repository *r, const vv_remote *m, vv_push_item *it, vv_error *err)
{
	vv_auto(char) *tracking = NULL;
	vv_auto(vv_ref) ref = {0};
	vv_status rc = vv_remote_tracking(&tracking, m, it->to, err);

	it->state = VV_PUSH_REFUSED;
	it->why = "the remote has no such ref";
	if (rc == VV_OK && tracking && vv_ref_get(r, tracking, &ref, VV_IGNORED) == VV_OK) {
		it->state = VV_PUSH_SAME;
		it->why = NULL;
	}
	return rc;
}

/* A name to be deleted is a branch there, or a tag. */
static vv_status find_deleted(vv_push_plan *p, const vv_hello *h, vv_push_item *it, vv_error *err)
{
	const char *tag = vv_arena_printf(&p->arena, "refs/tags/%s", short_name(it->to));
	bool is_branch = false, is_tag = false;

	if (!tag) return vv_fail_nomem(err);
	vv_array_each(h->refs, h->ref_count, ref) {
		is_branch = is_branch || strcmp(ref->name, it->to) == 0;
		is_tag = is_tag || strcmp(ref->name, tag) == 0;
	}
	if (is_branch && is_tag) {
		return vv_fail(err, VV_EUSAGE,
			       "'%s' is both a branch and a tag at the remote\n"
			       "give the full name: %s or %s",
			       vv_text_shows(short_name(it->to)), vv_text_shows(it->to),
			       vv_text_shows(tag));
	}
	it->to = is_tag ? tag : it->to;
	return VV_OK;
}

/* Was the commit there erased, or, if it is known here, one that it has and ours lacks? A damaged list is a matter
 * of pull. */
static bool was_erased(vv_repository *r, const vv_push_item *it, bool known)
{
	vv_auto(vv_erased) *e = NULL;

	if (known) {
		return vv_erased_refuse_commit(r, &it->old, &it->id, VV_IGNORED) == VV_EREFUSED;
	}
	return vv_erased_open(&e, r, VV_IGNORED) == VV_OK && e && vv_erased_has_oid(e, &it->old);
}

/* A pull is refused, too. */
static vv_status refuse_erased(vv_push_plan *p, const vv_remote *m, vv_push_item *it, vv_error *err)
{
	const char *remote = m->name ? m->name : m->url, *to = short_name(it->to);

	it->state = VV_PUSH_REFUSED;
	it->why = strncmp(it->to, "refs/heads/", 11) == 0
			  ? "the remote branch has a commit that was erased here"
			  : "the remote ref has a commit that was erased here";
	it->hint = VV_HINT_ERASED_THERE;
	it->hint_args[0] = vv_arena_strndup(&p->arena, remote, strlen(remote));
	it->hint_args[1] = strcmp(it->word, to) == 0
				   ? it->word
				   : vv_arena_printf(&p->arena, "%s:%s", it->word, to);
	return it->hint_args[0] && it->hint_args[1] ? VV_OK : vv_fail_nomem(err);
}

static vv_status match_item(vv_push_plan *p, vv_repository *r, const vv_hello *h,
			    const vv_remote *m, vv_push_item *it, const vv_push_plan_options *o,
			    vv_error *err)
{
	bool known, whole = true;
	vv_status rc = it->short_to ? find_deleted(p, h, it, err) : VV_OK;

	if (rc < 0) return rc;
	vv_array_each(h->refs, h->ref_count, ref) {
		if (strcmp(ref->name, it->to) == 0) {
			it->old = ref->id;
			whole = ref->whole;
		}
	}
	if (vv_oid_is_null(&it->old) && vv_oid_is_null(&it->id)) return match_gone(r, m, it, err);
	if (vv_oid_equal(&it->old, &it->id)) {
		it->state = whole ? VV_PUSH_SAME : VV_PUSH_BLOCKS;
		return VV_OK;
	}
	const char *lease = find_lease(it, &o->leases);
	if (lease && (rc = check_lease(r, m, it, lease, err)) < 0) return rc;
	if (it->state == VV_PUSH_REFUSED || vv_oid_is_null(&it->old) || vv_oid_is_null(&it->id) ||
	    it->force) {
		return VV_OK;
	}
	if (strncmp(it->to, "refs/heads/", 11) != 0) {
		if (was_erased(r, it, false)) return refuse_erased(p, m, it, err);
		it->state = VV_PUSH_REFUSED;
		it->why = strncmp(it->to, "refs/tags/", 10) == 0
				  ? "the tag already exists; use --force to move it"
				  : "the ref already exists; use --force to move it";
		return VV_OK;
	}
	if ((rc = vv_commits_known(r, &it->old, 1, &known, err)) < 0) return rc;
	bool forward = false;
	if (known && (rc = vv_is_ancestor(r, &it->old, &it->id, &forward, err)) < 0) return rc;
	if (!forward && was_erased(r, it, known)) return refuse_erased(p, m, it, err);
	if (!forward) {
		it->state = VV_PUSH_REFUSED;
		it->why = known ? "the remote branch has commits that the pushed commit lacks"
				: "the remote branch has commits that are missing here";
		it->hint = VV_HINT_PULL_FIRST;
	}
	return VV_OK;
}

vv_status vv_push_plan_match(vv_push_plan *p, vv_repository *r, const vv_hello *h,
			     const vv_remote *m, const vv_push_plan_options *o, vv_error *err)
{
	vv_status rc;
	vv_array_each(p->items, p->count, it) {
		if ((rc = match_item(p, r, h, m, it, o, err)) < 0) return rc;
	}
	return VV_OK;
}

bool vv_push_plan_refused(const vv_push_plan *p)
{
	return vv_array_find(p->items, p->count, it, it->state == VV_PUSH_REFUSED) != NULL;
}

bool vv_push_plan_goes(const vv_push_plan *p)
{
	return vv_array_find(p->items, p->count, it,
			     it->state == VV_PUSH_GOES || it->state == VV_PUSH_BLOCKS) != NULL;
}

static void print_item(const vv_push_item *it, vv_repository *r, bool dry_run)
{
	vv_auto(vv_buf) what = VV_BUF_INIT;
	bool forward = true, known = false;
	const char *word = "* [new branch]";

	if (it->state == VV_PUSH_REFUSED) {
		word = "! [refused]";
	} else if (it->state == VV_PUSH_BLOCKS) {
		word = "* [its blocks]";
	} else if (vv_oid_is_null(&it->id)) {
		word = "- [deleted]";
	} else if (!vv_oid_is_null(&it->old)) {
		word = NULL;
	} else if (strncmp(it->to, "refs/tags/", 10) == 0) {
		word = "* [new tag]";
	}

	if (word) {
		vv_buf_puts(&what, word);
	} else {
		(void)vv_commits_known(r, &it->old, 1, &known, VV_IGNORED);
		forward = known &&
			  vv_is_ancestor(r, &it->old, &it->id, &forward, VV_IGNORED) == VV_OK &&
			  forward;
		vv_ref_range_put(&what, r, &it->old, &it->id, forward);
	}
	if (it->word[0]) {
		vv_notes_put(vv_repository_notes(r), " %-20s %s -> %s%s", vv_buf_cstr(&what),
			     vv_text_shows(it->word), vv_text_shows(short_name(it->to)),
			     dry_run   ? "  (not sent)"
			     : forward ? ""
				       : "  (forced)");
	} else {
		vv_notes_put(vv_repository_notes(r), " %-20s %s%s", vv_buf_cstr(&what),
			     vv_text_shows(short_name(it->to)), dry_run ? "  (not sent)" : "");
	}
	if (it->why) {
		vv_buf_reset(&what);
		vv_text_put_escaped(&what, it->why, strlen(it->why));
		if (it->hint) {
			(void)vv_hint_put(&what, ": ", vv_repository_words(r), it->hint,
					  it->hint_args[0], it->hint_args[1]);
		}
		vv_notes_put(vv_repository_notes(r), "     %s", vv_buf_cstr(&what));
	}
}

void vv_push_plan_print(const vv_push_plan *p, vv_repository *r, const char *url, bool quiet,
			bool dry_run)
{
	bool refused = vv_push_plan_refused(p), goes = vv_push_plan_goes(p);

	if (!goes && !refused) {
		if (!quiet) {
			vv_notes_put(vv_repository_notes(r), "everything up to date");
		}
		return;
	}
	if (quiet && !refused) return;
	vv_notes_put(vv_repository_notes(r), "To %s", vv_text_url(url));
	vv_array_each(p->items, p->count, it) {
		/* All or none: what could have gone did not, but at a host that moves each ref alone. */
		if (it->state == VV_PUSH_REFUSED ||
		    (it->state != VV_PUSH_SAME && (!refused || p->moved))) {
			print_item(it, r, dry_run);
		}
	}
	if (refused && goes) {
		vv_notes_put(vv_repository_notes(r),
			     p->moved ? "the other refs were pushed: this host cannot move several "
					"refs at once"
				      : "nothing was pushed: either all refs move or none");
	}
}

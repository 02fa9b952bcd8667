/*
 * revision: names of commits as libgit2 reads them, with near names offered; and ancestry, computed
 * on our own graph because libgit2's fails on shallow repositories.
 */
#include "repo/git/history/revision.h"

#include <stdlib.h>

#include "base/ascii.h"
#include "base/buf.h"
#include "base/hint.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/git/config.h"
#include "repo/git/history/date.h"
#include "repo/git/history/day.h"
#include "repo/git/history/refs.h"
#include "repo/git/run_git.h"
#include "repo/git/walker.h"

#define ABBREV 7u /* digits of a short id, if no other object begins so */
#define ABBREV_MIN 4u
#define MANY 16u        /* short ids: from then on it pays to list the loose objects */
#define NULL_SHA256 64u /* digits of an id in repositories with SHA-256 */

enum { SIDE_A = 1, SIDE_B = 2, STALE = 4, FOUND = 8 };

/* --- names ---------------------------------------------------------------- */

typedef struct near_search {
	vv_nearest near;
	char name[128];
} near_search;

static vv_status consider_ref(void *payload, const vv_ref *ref, vv_error *err VV_UNUSED)
{
	near_search *s = payload;
	const char *name = vv_ref_short_name(ref->name);

	name += name == ref->name && strncmp(name, "refs/", 5) == 0 ? 5 : 0;

	if (strlen(name) < sizeof(s->name) && vv_nearest_try(&s->near, name)) {
		memcpy(s->name, name, strlen(name) + 1);
		s->near.best = s->name; /* the ref's own name does not last */
	}
	return VV_OK;
}

/* Is it the name of a ref? Then the object of the ref is missing. */
static bool names_lost(vv_repository *r, const char *rev, vv_oid *id)
{
	vv_auto(git_reference) *ref = NULL, *direct = NULL;
	const bool is = git_reference_dwim(&ref, r->git, rev) == 0 &&
			git_reference_resolve(&direct, ref) == 0;

	git_error_clear();
	*id = is ? *vv_from_git(git_reference_target(direct)) : (vv_oid){0};
	return is;
}

static vv_status unknown_revision(vv_repository *r, const char *rev, vv_error *err)
{
	near_search s;
	vv_auto(vv_head) head = {0};
	vv_oid lost;

	if (names_lost(r, rev, &lost)) {
		return vv_fail(err, VV_ECORRUPT, "the object of '%s' is missing: %s",
			       vv_text_shows(rev), vv_oid_shows(&lost));
	}
	s.near = vv_nearest_to(rev);
	(void)vv_refs_each(r, "refs/", consider_ref, &s, NULL);
	(void)vv_fail(err, VV_ENOTFOUND, "no version named '%s'", vv_text_shows(rev));
	if (s.near.best) return vv_hint(err, "did you mean '%s'?", vv_text_shows(s.near.best));
	if (vv_head_read(r, &head, NULL) == VV_OK && head.unborn) {
		return vv_hint(err, "the current branch has no commits yet");
	}
	if (r->shallow_count > 0) {
		return vv_hint(
			err,
			"this clone is shallow: 'git fetch --unshallow' gets the older commits");
	}
	return strchr(rev, ' ') ? vv_hint(err, "a date is written " VV_DATE_FORMS)
				: vv_hint_code(err, VV_HINT_VERSIONS);
}

/* libgit2 reads HEAD@{1} in the log of HEAD's branch, and not @~1: names with an "@" are resolved by git. One unknown to git
 * stays unchanged. */
static vv_status git_name(vv_buf *name, vv_repository *r, const char *rev, vv_error *err)
{
	const char *args[] = {"rev-parse", "--verify", "-q", "--end-of-options", rev, NULL};
	vv_auto(vv_buf) said = VV_BUF_INIT;
	const vv_git_call ask = {.args = args, .repo = r, .output = name};
	const bool is_gits = strstr(rev, "@{") || (*rev == '@' && (rev[1] == '~' || rev[1] == '^'));
	int code = 1;
	vv_status rc = is_gits ? vv_git_run(&ask, &said, &code, err) : VV_OK;

	if (code != 0) {
		vv_buf_reset(name);
		vv_buf_puts(name, rev);
	} else if (name->len > 0) {
		name->data[--name->len] = '\0'; /* of a line */
	}
	return rc < 0 ? rc : vv_buf_ok(name, err);
}

/* The day's commit by its id, and what follows the day. */
static vv_status day_name(vv_buf *name, vv_repository *r, const char *rev, const vv_day_word *day,
			  vv_error *err)
{
	vv_oid tip, id;
	vv_status rc;

	vv_buf_reset(name);
	vv_buf_printf(name, "%.*s", (int)day->ref_len, rev);
	if ((rc = vv_buf_ok(name, err)) < 0 ||
	    (rc = vv_rev_commit(r, day->ref_len > 0 ? name->data : "HEAD", &tip, err)) < 0 ||
	    (rc = vv_day_commit(r, &tip, day, &id, err)) < 0) {
		return rc;
	}
	vv_buf_reset(name);
	vv_buf_printf(name, "%s%s", vv_oid_shows(&id), day->rest);
	return vv_buf_ok(name, err);
}

vv_status vv_rev_commit(vv_repository *r, const char *rev, vv_oid *out, vv_error *err)
{
	vv_auto(git_object) *object = NULL, *commit = NULL;
	vv_auto(vv_buf) name = VV_BUF_INIT;
	vv_day_word day;
	const bool is_day = vv_day_word_read(&day, rev);
	vv_status rc;
	int code = GIT_ENOTFOUND;

	if (!is_day || day.bare) {
		if ((rc = git_name(&name, r, rev, err)) < 0) return rc;
		code = git_revparse_single(&object, r->git, name.data);
	}
	if (is_day && code < 0) {
		git_error_clear();
		if ((rc = day_name(&name, r, rev, &day, err)) < 0) return rc;
		code = git_revparse_single(&object, r->git, name.data);
	}
	/* libgit2 calls fewer digits than it takes for an id ambiguous */
	const bool is_short = code == GIT_EAMBIGUOUS &&
			      strspn(rev, "0123456789abcdefABCDEF") < GIT_OID_MINPREFIXLEN;
	if (code == GIT_ENOTFOUND || is_short || code == GIT_EINVALIDSPEC) {
		git_error_clear();
		return unknown_revision(r, rev, err);
	}
	if (code == GIT_EAMBIGUOUS) {
		git_error_clear();
		return vv_fail(err, VV_EUSAGE,
			       "'%s' is ambiguous: several object ids begin with these "
			       "digits\ngive more digits",
			       vv_text_shows(rev));
	}
	if (code < 0 && *rev == ':') {
		git_error_clear();
		return vv_fail(err, VV_EUSAGE,
			       "'%s' is a file of the index, not a version\n"
			       "to compare the index with the work tree, name only %s",
			       vv_text_shows(rev), vv_text_word(rev + 1));
	}
	if (code < 0) {
		const git_error *why = git_error_last();
		const bool damaged = why &&
				     (why->klass == GIT_ERROR_ODB || why->klass == GIT_ERROR_ZLIB);

		rc = vv_git_fail(err, code, "cannot read the version '%s'", vv_text_shows(rev));
		/* revparse returns this for unreadable names */
		return rc == VV_ECORRUPT && !damaged ? vv_recode(err, VV_EUSAGE) : rc;
	}
	if (git_object_peel(&commit, object, GIT_OBJECT_COMMIT) < 0) {
		git_error_clear();
		return vv_fail(err, VV_EUSAGE, "'%s' is a %s, expected a commit",
			       vv_text_shows(rev), git_object_type2string(git_object_type(object)));
	}
	*out = *vv_from_git(git_object_id(commit));
	return VV_OK;
}

/* --- ranges --------------------------------------------------------------- */

bool vv_rev_is_null(const char *text, size_t len)
{
	return (len == VV_OID_TEXT || len == NULL_SHA256) && strspn(text, "0") >= len;
}

/* *found is unchanged without such a ref, or if it is not of a commit. */
static vv_status try_ref(vv_repository *r, const char *folder, const char *name, vv_oid *out,
			 bool *found, vv_error *err)
{
	vv_auto(vv_ref) ref = {0};
	vv_status rc;

	vv_auto(char) *full = vv_asprintf("%s%s", folder, name);
	if ((rc = vv_alloc_ok(full, err)) < 0 || (rc = vv_ref_get(r, full, &ref, err)) < 0) {
		return rc == VV_ENOTFOUND ? VV_OK : rc;
	}
	*found = !vv_oid_is_null(&ref.commit);
	*out = ref.commit;
	return VV_OK;
}

typedef struct head_search {
	vv_oid commit;
	bool found;
} head_search;

/* The HEAD of whichever remote is first. */
static vv_status take_head(void *payload, const vv_ref *ref, vv_error *err VV_UNUSED)
{
	head_search *s = payload;
	const char *name = strrchr(ref->name, '/');

	if (!s->found && name && strcmp(name, "/HEAD") == 0 && !vv_oid_is_null(&ref->commit)) {
		s->commit = ref->commit;
		s->found = true;
	}
	return VV_OK;
}

vv_status vv_rev_default_branch(vv_repository *r, vv_oid *out, bool *found, vv_error *err)
{
	static const char *const folders[] = {"refs/remotes/origin/", "refs/heads/"};
	vv_auto(char) *configured = NULL;
	head_search search = {.found = false};
	vv_auto(vv_head) head = {0};
	vv_status rc;

	*found = false;
	if (vv_repository_is_bare(r)) {
		if ((rc = vv_head_read(r, &head, err)) < 0) return rc;
		*found = !head.unborn;
		*out = head.commit;
	}
	if (*found || (rc = try_ref(r, "refs/remotes/origin/", "HEAD", out, found, err)) < 0 ||
	    *found) {
		return *found ? VV_OK : rc;
	}
	if ((rc = vv_refs_each(r, "refs/remotes/", take_head, &search, err)) < 0 || search.found) {
		*found = rc == VV_OK;
		*out = search.commit;
		return rc;
	}
	rc = vv_config_string(r, "init.defaultBranch", &configured, err);
	if (rc < 0 && rc != VV_ENOTFOUND) return rc;
	const char *names[] = {configured, "main", "master"};
	rc = VV_OK;
	for (size_t i = 0; rc == VV_OK && i < 2; i++) {
		for (size_t k = 0; rc == VV_OK && !*found && k < 3; k++) {
			rc = names[k] ? try_ref(r, folders[i], names[k], out, found, err) : VV_OK;
		}
	}
	return rc;
}

vv_status vv_rev_fork_point(vv_repository *r, const vv_oid *commit, vv_oid *out, bool *found,
			    vv_error *err)
{
	vv_auto_free vv_oid *bases = NULL;
	vv_oid tip;
	size_t count;
	vv_status rc = vv_rev_default_branch(r, &tip, found, err);

	if (rc < 0) return rc;
	if (!*found) {
		return vv_fail(err, VV_ENOTFOUND,
			       "the range begins with 000...0 (a new branch), and the remote's "
			       "default branch is unknown here\nname the base, as in "
			       "origin/trunk..HEAD; or run 'git remote set-head origin --auto'");
	}
	if ((rc = vv_merge_bases(r, commit, &tip, &bases, &count, err)) < 0) return rc;
	*found = count > 0;
	if (count > 0) {
		*out = bases[0];
	} else if (r->shallow_count > 0) {
		return vv_fail(
			err, VV_ENOTFOUND,
			"this shallow clone does not have the merge base with the default "
			"branch\n'git fetch --unshallow' gets the older commits (GitHub Actions: "
			"fetch-depth: 0; GitLab: GIT_DEPTH: 0)");
	}
	return VV_OK;
}

static vv_status range_side(vv_repository *r, const char *text, size_t len, vv_oid *out,
			    vv_error *err)
{
	vv_auto(char) *name = len > 0 ? vv_strndup(text, len) : vv_strdup("HEAD");

	if (vv_rev_is_null(text, len)) {
		return vv_fail(
			err, VV_EUSAGE,
			"000...0 is not the id of a commit\nit can only begin a range, where it "
			"means a new branch; a deleted branch cannot be checked: skip it");
	}
	return name ? vv_rev_commit(r, name, out, err) : vv_fail_nomem(err);
}

vv_status vv_rev_range(vv_repository *r, const char *text, vv_range *out, vv_error *err)
{
	const char *dots = strstr(text, ".."), *right = dots ? dots + 2 + (dots[2] == '.') : text;
	vv_range range = {.has_exclude = dots != NULL};
	vv_status rc;

	if (dots) {
		range.new_branch = vv_rev_is_null(text, (size_t)(dots - text));
		range.symmetric = dots[2] == '.' && !range.new_branch;
	}
	if ((dots && !range.new_branch &&
	     (rc = range_side(r, text, (size_t)(dots - text), &range.exclude, err)) < 0) ||
	    (rc = range_side(r, right, strlen(right), &range.include, err)) < 0 ||
	    (range.new_branch && (rc = vv_rev_fork_point(r, &range.include, &range.exclude,
							 &range.has_exclude, err)) < 0)) {
		return rc;
	}
	*out = range;
	return VV_OK;
}

/* core.abbrev, as Git reads it. */
static vv_status read_abbrev(vv_repository *r, vv_error *err)
{
	vv_auto(char) *text = NULL;
	uint64_t digits = ABBREV;
	bool on = true;
	vv_status rc = vv_config_string(r, "core.abbrev", &text, err);

	if ((rc = vv_missing_ok(rc, err)) < 0) return rc;
	if (text && !vv_is_digit(*text) &&
	    vv_config_read_bool("core.abbrev", text, &on, VV_IGNORED) == VV_OK && !on) {
		digits = VV_OID_TEXT;
	} else if (text && !vv_ascii_equal(text, "auto") &&
		   (rc = vv_config_read_u64("core.abbrev", text, &digits, err)) < 0) {
		return rc;
	}
	if (digits < ABBREV_MIN || digits > VV_OID_TEXT) {
		return vv_fail(err, VV_EUSAGE, "core.abbrev is '%s', expected 4 to 40",
			       vv_text_shows(text));
	}
	r->abbrev = (size_t)digits;
	return VV_OK;
}

vv_status vv_rev_short(vv_repository *r, const vv_oid *oid, char **out, vv_error *err)
{
	vv_auto(git_object) *object = NULL;
	char hex[VV_OID_TEXT + 1];
	const git_oid *id = vv_to_git(oid);
	vv_status rc;
	int code;

	*out = NULL;
	vv_oid_text(hex, oid);
	if (!vv_object_is_here(r, id) &&
	    (code = git_object_lookup(&object, r->git, id, GIT_OBJECT_ANY)) < 0) {
		return code == GIT_ENOTFOUND && r->shallow_count > 0
			       ? vv_object_cut_off("object", hex, err)
			       : vv_git_fail(err, code, "cannot shorten %s", hex);
	}
	if (!r->abbrev && (rc = read_abbrev(r, err)) < 0) return rc;
	if (++r->shortened == MANY && (r->loose_firsts = vv_calloc(256, sizeof(bool))) &&
	    (code = vv_git_loose_firsts(r->odb, r->loose_firsts)) < 0) {
		return vv_git_fail(err, code, "cannot list loose objects");
	}
	size_t digits = r->abbrev;
	while (digits < VV_OID_TEXT && !vv_git_begins_alone(r->odb, id, digits, r->loose_firsts)) {
		digits++;
	}
	*out = vv_strndup(hex, digits);
	return vv_alloc_ok(*out, err);
}

/* --- ancestry --------------------------------------------------------------- */

static bool all_stale(vv_walker *w, const vv_queue *q)
{
	for (size_t i = 0; i < q->count; i++) {
		if (!(*vv_node_flags(w, vv_queue_at(q, i)) & STALE)) return false;
	}
	return true;
}

/* One popped node: what both sides reach is FOUND, and all below it STALE. */
static vv_status paint_one(vv_walker *w, vv_queue *q, vv_node *n, vv_nodes *visited, vv_error *err)
{
	uint32_t *flags = vv_node_flags(w, n);
	uint32_t down = *flags & (SIDE_A | SIDE_B | STALE);
	vv_status rc;

	if ((down & (SIDE_A | SIDE_B)) == (SIDE_A | SIDE_B)) {
		*flags |= FOUND;
		down |= STALE;
	}
	if (visited && (rc = vv_nodes_add(visited, n, err)) < 0) return rc;
	for (uint32_t i = 0; i < n->parent_count; i++) {
		vv_node *p = n->parents[i];
		uint32_t *parent_flags = vv_node_flags(w, p);

		if ((*parent_flags & down) == down) {
			continue;
		}
		*parent_flags |= down;
		if ((rc = vv_node_parse(w, p, err)) < 0 || (rc = vv_queue_push(q, p, err)) < 0) {
			return rc;
		}
	}
	return VV_OK;
}

/* Paints all that a reaches with SIDE_A and all that b reaches with SIDE_B until
 * nothing new can come. Every node touched is in visited, perhaps repeatedly. */
static vv_status paint_sides(vv_walker *w, vv_node *a, vv_node *b, vv_nodes *visited, vv_error *err)
{
	vv_auto(vv_queue) q = VV_QUEUE_INIT;
	vv_status rc;

	vv_walker_begin(w);
	*vv_node_flags(w, a) |= SIDE_A;
	*vv_node_flags(w, b) |= SIDE_B;
	if ((rc = vv_node_parse(w, a, err)) < 0 || (rc = vv_node_parse(w, b, err)) < 0 ||
	    (rc = vv_queue_push(&q, a, err)) < 0 ||
	    (a != b && (rc = vv_queue_push(&q, b, err)) < 0)) {
		return rc;
	}
	while (q.count > 0 && !all_stale(w, &q)) {
		if ((rc = paint_one(w, &q, vv_queue_pop(&q), visited, err)) < 0) return rc;
	}
	return VV_OK;
}

static vv_status nodes_of(vv_repository *r, const vv_oid *a, const vv_oid *b, vv_walker **w,
			  vv_node **na, vv_node **nb, vv_error *err)
{
	vv_status rc = vv_walker_get(r, w, err);

	if (rc < 0) return rc;
	*na = vv_walker_node(*w, vv_to_git(a));
	*nb = vv_walker_node(*w, vv_to_git(b));
	return *na && *nb ? VV_OK : vv_fail_nomem(err);
}

vv_status vv_is_ancestor(vv_repository *r, const vv_oid *ancestor, const vv_oid *of, bool *out,
			 vv_error *err)
{
	vv_walker *w;
	vv_node *a, *b;
	vv_status rc;

	if ((rc = nodes_of(r, ancestor, of, &w, &a, &b, err)) < 0 ||
	    (rc = paint_sides(w, a, b, NULL, err)) < 0) {
		return rc;
	}
	*out = (*vv_node_flags(w, a) & SIDE_B) != 0;
	return VV_OK;
}

/* The FOUND commits that are not below another one: with wrong clocks the painting alone may leave
 * an ancestor of a better one, so these are tested. */
static vv_status pick_bases(vv_repository *r, vv_walker *w, vv_nodes *list, vv_error *err)
{
	size_t kept = 0;
	vv_status rc = VV_OK;

	for (size_t i = 0; i < list->count; i++) {
		uint32_t *flags = vv_node_flags(w, list->items[i]);

		if ((*flags & FOUND) && !(*flags & STALE)) {
			list->items[kept++] = list->items[i];
		}
		*flags &= ~(uint32_t)FOUND; /* once each */
	}
	list->count = kept;
	qsort(list->items, list->count, sizeof(*list->items), vv_nodes_newest_first);
	for (size_t i = 0; rc == VV_OK && kept > 1 && i < list->count;) {
		bool below = false;

		for (size_t j = 0; rc == VV_OK && !below && j < list->count; j++) {
			if (i != j) {
				rc = vv_is_ancestor(r, vv_from_git(&list->items[i]->id),
						    vv_from_git(&list->items[j]->id), &below, err);
			}
		}
		if (below) {
			memmove(&list->items[i], &list->items[i + 1],
				(--list->count - i) * sizeof(*list->items));
		} else {
			i++;
		}
	}
	return rc;
}

vv_status vv_merge_bases(vv_repository *r, const vv_oid *a, const vv_oid *b, vv_oid **out,
			 size_t *count, vv_error *err)
{
	vv_walker *w;
	vv_node *na, *nb;
	vv_auto(vv_nodes) visited = VV_NODES_INIT;
	vv_status rc;

	*out = NULL;
	*count = 0;
	if ((rc = nodes_of(r, a, b, &w, &na, &nb, err)) < 0 ||
	    (rc = paint_sides(w, na, nb, &visited, err)) < 0 ||
	    (rc = pick_bases(r, w, &visited, err)) < 0 || visited.count == 0) {
		return rc;
	}
	if (!(*out = vv_calloc(visited.count, sizeof(vv_oid)))) return vv_fail_nomem(err);
	*count = visited.count;
	for (size_t i = 0; i < visited.count; i++) {
		(*out)[i] = *vv_from_git(&visited.items[i]->id);
	}
	return VV_OK;
}

vv_status vv_merge_base(vv_repository *r, const vv_oid *a, const vv_oid *b, vv_oid *out,
			vv_error *err)
{
	vv_auto_free vv_oid *bases = NULL;
	size_t count;
	vv_status rc = vv_merge_bases(r, a, b, &bases, &count, err);

	if (rc == VV_OK && count > 0) {
		*out = bases[0];
	}
	if (rc < 0 || count > 0) return rc;
	(void)vv_fail(err, VV_ENOTFOUND, "the two histories have no commit in common");
	if (r->shallow_count > 0) {
		(void)vv_hint(
			err,
			"this clone is shallow: 'git fetch --unshallow' gets the older commits");
	}
	return VV_ENOTFOUND;
}

vv_status vv_ahead_behind(vv_repository *r, const vv_oid *a, const vv_oid *b, uint64_t *ahead,
			  uint64_t *behind, vv_error *err)
{
	vv_walker *w;
	vv_node *na, *nb;
	vv_auto(vv_nodes) visited = VV_NODES_INIT;
	vv_status rc;

	*ahead = *behind = 0;
	if ((rc = nodes_of(r, a, b, &w, &na, &nb, err)) < 0 ||
	    (rc = paint_sides(w, na, nb, &visited, err)) < 0) {
		return rc;
	}
	for (size_t i = 0; i < visited.count; i++) {
		uint32_t *flags = vv_node_flags(w, visited.items[i]);
		uint32_t sides = *flags & (SIDE_A | SIDE_B);

		*flags = 0; /* a node may be listed twice */
		*ahead += sides == SIDE_A;
		*behind += sides == SIDE_B;
	}
	return VV_OK;
}

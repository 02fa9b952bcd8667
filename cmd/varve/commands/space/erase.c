/*
 * erase: where a person, or rows, are in all of history; with --apply, without them.
 */
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/file.h"
#include "base/json/json_list.h"
#include "base/show.h"
#include "base/text.h"
#include "cmd/frame/output.h"
#include "cmd/varve/commands.h"
#include "cmd/varve/print/erase_found.h"
#include "lib/remotes/remote.h"
#include "lib/rows/where.h"
#include "lib/space/erase.h"
#include "lib/space/erase_apply.h"
#include "lib/space/erase_free.h"
#include "lib/space/erase_places.h"
#include "lib/space/erase_plan.h"
#include "lib/space/erase_published.h"
#include "lib/space/erase_stay.h"
#include "lib/space/erase_vault.h"
#include "repo/git/history/refs.h"
#include "repo/git/history/revision.h"

#define VALUES_MAX ((size_t)256 << 20)

typedef struct options {
	vv_strings columns, where;
	vv_strings remotes;
	const char *values_from, *from, *cells, *map, *receipt, *format;
	bool null_ends, ignore_case, ignore_blanks, all, plan, apply, now;
} options;

/* A run of --apply: its plan, changes and freed data. */
typedef struct application {
	const options *o;
	vv_repository *repo;
	vv_erase_plan plan;
	const vv_erase *found; /* the search that is applied; borrowed */
	vv_erase_applied done;
	vv_erase_freed freed;
	size_t removed; /* number of objects that the plan removes */
	vv_oids known;  /* what refs of the plan's remotes name */
	vv_erase_answers answers;
	vv_string_list remotes; /* all of the repository */
} application;

static void application_clear(application *a)
{
	vv_erase_plan_clear(&a->plan);
	vv_erase_applied_clear(&a->done);
	vv_erase_freed_clear(&a->freed);
	vv_oids_clear(&a->known);
	vv_erase_answers_clear(&a->answers);
	vv_string_list_clear(&a->remotes);
}
VV_AUTO_CLEAR(application, application_clear)

static const vv_option table[] = {
	OPT_LIST(
		0, "column", columns, "NAME",
		"the column that names the person, also under names to and from which it was renamed; "
		"may be repeated"),
	OPT_STRING(0, "values-from", values_from, "INPUT",
		   "read the values, one in each line, from standard input: INPUT is '-'"),
	OPT_FLAG('z', NULL, null_ends, "a NUL ends each value, in place of a line end"),
	OPT_FLAG(0, "ignore-case", ignore_case, "upper and lower case are equal"),
	OPT_FLAG(0, "ignore-blanks", ignore_blanks,
		 "blanks in values and in the data do not count"),
	OPT_LIST(0, "where", where, "CONDITION",
		 "find the rows of FILE that meet this condition (rules.md); may be repeated"),
	OPT_STRING(
		0, "from", from, "REV",
		"only this commit and those that descend from it: the key had another owner before"),
	OPT_FLAG(0, "all", all, "all versions, also if a key was gone and came again"),
	OPT_FLAG(0, "plan", plan,
		 "write a plan, without values, to .git/varve/erase-plan, for --apply"),
	OPT_FLAG(
		0, "apply", apply,
		"make the history again without the rows and values of the plan, and remove the old one here"),
	OPT_LIST(0, "remote", remotes, "NAME",
		 "search and erase also at this Git host and in its store; may be repeated"),
	OPT_FLAG(0, "now", now,
		 "with --apply: remove at once everything that no ref of a remote needs; only if "
		 "nothing else writes there"),
	OPT_STRING(0, "receipt", receipt, "FILE",
		   "with --apply: write the answer of each place to FILE, in JSON, without values"),
	OPT_STRING(0, "cells", cells, "TEXT",
		   "with --apply: keep the rows, and replace the cells by TEXT ('' empties them)"),
	OPT_STRING(0, "map", map, "FILE",
		   "with --apply: write the old and new ids of commits and tags to FILE"),
	OPT_JSON("the output format"),
};

static const vv_option_rule option_rules[] = {
	{"--values-from", .excludes = "--where"},
	{"--column -z --ignore-case --ignore-blanks", .requires = "--values-from"},
	{"--from", .excludes = "--all --plan --apply"},
	{"--plan", .excludes = "--apply"},
	{"--cells", .requires = "--apply", .excludes = "--where"},
	{"--map --now --receipt", .requires = "--apply"},
	{"--remote", .excludes = "--apply --from"},
	{NULL, NULL, NULL},
};

static int check_erase(const vv_context *c)
{
	const options *o = c->options;

	if (o->where.count > 0) {
		return c->argc == 1 ? VV_EXIT_OK : vv_usage_error("--where requires one FILE");
	}
	if (!o->values_from && o->apply) {
		return vv_usage_error(
			"--apply repeats the search of --plan: give it the same FILE --where CONDITION, or --values-from -");
	}
	if (!o->values_from) {
		return vv_usage_error("what to find? --values-from - reads values from standard "
				      "input; FILE --where CONDITION finds rows");
	}
	if (strcmp(o->values_from, "-") != 0) {
		return vv_usage_error("--values-from requires '-': values are read from standard "
				      "input, so that no history of commands has them");
	}
	return c->argc == 0 ? VV_EXIT_OK
			    : vv_usage_error("values are searched in all files: a FILE requires "
					     "--where");
}

/* --- text ------------------------------------------------------------------------------------------ */

static void print_left(const application *a)
{
	enum { SHOWN = 20 };
	size_t count;
	const vv_erase_left *left = vv_erase_editor_left(a->done.editor, &count);

	for (size_t i = 0; i < count && i < SHOWN; i++) {
		vv_out_between("not erased: ", left[i].path, "");
		vv_out(", %s", vv_text_counted(left[i].versions, "version", NULL));
		vv_out_between(": ", left[i].why, "\n");
	}
	if (count > SHOWN) {
		vv_out("and %s more (--json lists all)\n", vv_text_count(count - SHOWN));
	}
}

static void print_freed(const vv_erase_freed *f)
{
	if (f->withdrawn.count > 0) {
		vv_out("withdrawn: %s\n",
		       vv_text_counted(f->withdrawn.count, "published version", NULL));
	}
	vv_out("read again: %s", vv_text_counted(f->objects, "object", NULL));
	vv_out(" of Git and %s are gone\n", vv_text_counted(f->blocks, "block", NULL));
	if (f->objects_left > 0) {
		vv_out("still here: %s of Git, which something else names\n",
		       vv_text_counted(f->objects_left, "old object", NULL));
	}
	if (f->blocks_left > 0) {
		vv_out("still here: %s\n", vv_text_counted(f->blocks_left, "old block", NULL));
	}
	if (f->gc.result.young_until > 0) {
		vv_out("blocks that no version needs, but younger than an hour, stay until %s: "
		       "run the same command again then\n",
		       vv_text_time(f->gc.result.young_until, VV_TIME_MINUTE));
	}
	vv_array_each(f->unread.items, f->unread.count, path) {
		vv_out_between("not looked at: ", *path, "\n");
	}
}

static bool is_planned(const application *a, const char *remote)
{
	return vv_text_is_among(remote, VV_TEXTS(a->plan.remotes.items), a->plan.remotes.count);
}

static void print_remotes(const application *a)
{
	vv_array_each(a->remotes.items, a->removed > 0 ? a->remotes.count : 0, name) {
		if (!is_planned(a, *name)) {
			vv_out_between("not looked at: the remote ", *name, "");
			vv_out_between(": plan with --remote ", *name,
				       " if it is a Git host; erase there if it is a peer\n");
		}
	}
}

static const char *const answer_words[] = {[VV_ERASE_GONE] = "gone",
					   [VV_ERASE_SAMPLED] = "gone, as far as asked",
					   [VV_ERASE_STAYS] = "still there",
					   [VV_ERASE_UNSEEN] = "not looked at, or in part",
					   [VV_ERASE_OUT_OF_REACH] = "out of reach"};

static const char *counted_old(uint64_t count, const char *what)
{
	if (strcmp(what, "refs") == 0) return vv_text_counted(count, "ref", NULL);
	return strcmp(what, "blocks") == 0 ? vv_text_counted(count, "block", NULL)
					   : vv_text_counted(count, "old object", NULL);
}

static void print_answer(const vv_erase_answer *a)
{
	vv_out_between("", a->remote, ": ");
	vv_out_between("", a->place, ": ");
	vv_out("%s: %s", a->what, answer_words[a->kind]);
	if (a->there > 0) {
		vv_out("; %s there", counted_old(a->there, a->what));
	}
	if (a->gone > 0) {
		vv_out("; %s looked at, without old data", counted_old(a->gone, a->what));
	}
	if (a->unasked > 0) {
		vv_out("; %s not asked for", counted_old(a->unasked, a->what));
	}
	if (a->why) {
		vv_out("; %s", a->why);
	}
	vv_out("\n");
}

static bool stays_in_vault(const application *a)
{
	vv_array_each(a->answers.items, a->answers.count, it) {
		if (it->remote && strcmp(it->remote, VV_ERASE_VAULT) == 0 &&
		    it->kind != VV_ERASE_GONE) {
			return true;
		}
	}
	return false;
}

static void print_answers(const application *a)
{
	vv_array_each(a->answers.items, a->answers.count, it) {
		if (it->remote) {
			print_answer(it);
		}
	}
	if (stays_in_vault(a)) {
		vv_out("vault: finish with 'varve vault prune --grace 0', then run the same command again for the receipt\n");
	}
	if (a->plan.remotes.count > 0) {
		vv_out("out of reach: other clones, forks, published folders and backups; their pushes bring the old commits back\n");
	}
}

static void print_applied(const application *a)
{
	const vv_erase_done done = vv_erase_editor_done(a->done.editor);
	const size_t unsigned_count = vv_rewrite_unsigned(a->done.rewrite);
	size_t changed;

	(void)vv_rewrite_changed(a->done.rewrite, &changed);
	vv_out("erased %s", vv_text_counted(done.rows, "row", NULL));
	vv_out(" and %s", vv_text_counted(done.cells, "cell", NULL));
	vv_out(" in %s of files\n", vv_text_counted(done.versions, "version", NULL));
	vv_out("%s", vv_text_counted(changed, "commit or tag has a new id",
				     "commits and tags have new ids"));
	if (unsigned_count > 0) {
		vv_out(", %s without %s signature", vv_text_count(unsigned_count),
		       unsigned_count == 1 ? "its" : "their");
	}
	vv_out("; %s moved\n", vv_text_counted(a->done.refs, "ref", NULL));
	vv_array_each(a->done.tags.items, a->done.tags.count, tag) {
		vv_out_between("signature lost: the tag ", vv_ref_short_name(*tag), "\n");
	}
	print_left(a);
	print_freed(&a->freed);
	print_answers(a);
	print_remotes(a);
}

/* --- JSON ------------------------------------------------------------------------------------------ */

static const char *const kind_words[] = {"cell", "part", "text"};
static const char *const note_words[] = {"message", "person", "tag", "ref", "path", "reflog"};

static void put_reach(vv_json_out *w, const void *item)
{
	const vv_erase_spot *s = item;

	vv_json_open_array(w);
	for (int i = 0; i < VV_REACH_COUNT; i++) {
		static const char *const words[VV_REACH_COUNT] = {"branch", "tag",   "stash",
								  "notes",  "other", "reflog"};
		if (s->reached & 1u << i) {
			vv_json_string(w, words[i]);
		}
	}
	vv_json_close_array(w);
}

static const char *day_text(const vv_erase_day *d)
{
	return vv_oid_is_null(&d->commit) ? NULL : vv_text_zoned(d->time, d->offset_min);
}

static void put_spot(vv_json_out *w, const void *item)
{
	const vv_erase_spot *s = item;

	vv_json_put_object(
		w, {JSON_TEXT("path", s->path)}, {JSON_TEXT("documentTable", s->table)},
		{JSON_TEXT("column", s->column)}, {JSON_TEXT("kind", kind_words[s->kind])},
		{JSON_BOOL("askedFor", s->asked)}, {JSON_NUMBER("rowCount", s->rows)},
		{JSON_NUMBER("versions", s->versions)}, {JSON_OID("firstCommit", &s->first.commit)},
		{JSON_TEXT("firstDate", day_text(&s->first))},
		{JSON_OID("lastCommit", &s->last.commit)},
		{JSON_TEXT("lastDate", day_text(&s->last))}, {JSON_BY(put_reach, "reachedBy", s)},
		{JSON_BOOL("inIndex", s->staged)}, {JSON_BOOL("inWorkTree", s->work)});
}

static void put_note(vv_json_out *w, const void *item)
{
	const vv_erase_note *n = item;

	vv_json_put_object(w, {JSON_TEXT("kind", note_words[n->kind])},
			   {JSON_TEXT("name", n->name)}, {JSON_OID("commit", &n->day.commit)});
}

static void put_gap(vv_json_out *w, const void *item)
{
	const vv_erase_gap *g = item;

	vv_json_put_object(w, {JSON_TEXT("path", g->path)}, {JSON_NUMBER("versions", g->versions)},
			   {JSON_TEXT("gapReason", g->why)},
			   {JSON_BOOL("rowsExpired", g->expired)});
}

static void put_reused(vv_json_out *w, const void *value)
{
	const vv_erase *e = value;

	vv_json_open_array(w);
	vv_array_each(e->reused, e->reused_count, r) {
		vv_json_put_object(
			w, {JSON_TEXT("path", r->path)}, {JSON_TEXT("column", r->column)},
			{JSON_NUMBER("line", vv_erase_values_line(e->values, r->place))},
			{JSON_NUMBER("times", r->times)}, {JSON_OID("commit", &r->again.commit)},
			{JSON_TEXT("date", day_text(&r->again))});
	}
	vv_json_close_array(w);
}

static void put_not_found(vv_json_out *w, const void *value)
{
	const vv_erase *e = value;
	const size_t count = e->values ? vv_erase_values_count(e->values) : 0;

	vv_json_open_array(w);
	for (size_t i = 0; i < count; i++) {
		if (!vv_erase_found_has(&e->found, i)) {
			vv_json_u64(w, vv_erase_values_line(e->values, i));
		}
	}
	vv_json_close_array(w);
}

static void put_left(vv_json_out *w, const void *item)
{
	const vv_erase_left *l = item;

	vv_json_put_object(w, {JSON_TEXT("path", l->path)}, {JSON_NUMBER("versions", l->versions)},
			   {JSON_TEXT("gapReason", l->why)});
}

static const char *const answer_names[] = {[VV_ERASE_GONE] = "gone",
					   [VV_ERASE_SAMPLED] = "sampled",
					   [VV_ERASE_STAYS] = "stays",
					   [VV_ERASE_UNSEEN] = "not looked at",
					   [VV_ERASE_OUT_OF_REACH] = "out of reach"};

static void put_answer(vv_json_out *w, const void *item)
{
	const vv_erase_answer *a = item;

	vv_json_put_object(w, {JSON_TEXT("remote", a->remote)}, {JSON_TEXT("place", a->place)},
			   {JSON_TEXT("what", a->what)},
			   {JSON_TEXT("answer", answer_names[a->kind])},
			   {JSON_NUMBER("gone", a->gone)}, {JSON_NUMBER("there", a->there)},
			   {JSON_NUMBER("notAsked", a->unasked)}, {JSON_TEXT("reason", a->why)},
			   {JSON_TIME("lookedAt", a->time)});
}

/* a NULL: nothing was applied. */
static void put_applied(vv_json_out *w, const void *value)
{
	const application *a = value;
	const vv_erase_done done = vv_erase_editor_done(a->done.editor);
	const vv_erase_freed *f = &a->freed;
	size_t left_count, changed;
	const vv_erase_left *left = vv_erase_editor_left(a->done.editor, &left_count);

	(void)vv_rewrite_changed(a->done.rewrite, &changed);
	vv_json_put_object(
		w, {JSON_NUMBER("rowCount", done.rows)}, {JSON_NUMBER("erasedCells", done.cells)},
		{JSON_NUMBER("versions", done.versions)}, {JSON_NUMBER("newIds", changed)},
		{JSON_NUMBER("lostSignatures", vv_rewrite_unsigned(a->done.rewrite))},
		{JSON_NAMES("unsignedTags", VV_TEXTS(a->done.tags.items), a->done.tags.count)},
		{JSON_NUMBER("movedRefs", a->done.refs)},
		{JSON_EACH(put_left, "notErased", left, left_count)},
		{JSON_NUMBER("withdrawnVersions", f->withdrawn.count)},
		{JSON_NUMBER("goneObjects", f->objects)}, {JSON_NUMBER("goneBlocks", f->blocks)},
		{JSON_NUMBER("objectsLeft", f->objects_left)},
		{JSON_NUMBER("blocksLeft", f->blocks_left)},
		{JSON_TIME("youngUntil", f->gc.result.young_until)},
		{JSON_NAMES("notLookedAt", VV_TEXTS(f->unread.items), f->unread.count)},
		{JSON_NAMES("remotes", VV_TEXTS(a->remotes.items), a->remotes.count)},
		{JSON_EACH(put_answer, "answers", a->answers.items, a->answers.count)});
}

static void put_objects(vv_json_out *w, const void *value)
{
	const vv_erase_plan *p = value;

	vv_json_open_array(w);
	vv_array_each(p->objects.items, p->objects.count, id) {
		vv_json_string(w, vv_oid_shows(id));
	}
	vv_json_close_array(w);
}

static void put_roots(vv_json_out *w, const void *value)
{
	const vv_erase_plan *p = value;

	vv_json_open_array(w);
	for (size_t i = 0; i < vv_cid_set_count(p->roots); i++) {
		vv_json_string(w, vv_cid_shows(vv_cid_set_at(p->roots, i)));
	}
	vv_json_close_array(w);
}

/* Places that no repository lists. */
static const char *const out_of_reach[] = {"other clones", "forks", "published folders", "backups"};

static vv_status write_receipt(const application *a, const char *file, vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_json_out w = {.buf = &text, .indent = 2};

	vv_json_put_object(&w, {JSON_NUMBER("receipt", 1)},
			   {JSON_EACH(put_answer, "answers", a->answers.items, a->answers.count)},
			   {JSON_NAMES("outOfReach", out_of_reach, 4)},
			   {JSON_BY(put_objects, "objects", &a->plan)},
			   {JSON_BY(put_roots, "roots", &a->plan)});
	vv_buf_putc(&text, '\n');
	const vv_status rc = vv_buf_ok(&text, err);
	return rc < 0 ? rc : vv_write_file(file, text.data, text.len, true, err);
}

static vv_status print_json(const vv_erase *e, const application *a, vv_error *err)
{
	return vv_out_object(
		2, err, {JSON_BOOL("changed", a != NULL)},
		{JSON_BY(put_applied, a ? "erased" : NULL, a)},
		{JSON_BOOL("complete", e->open_count == 0)},
		{JSON_EACH(put_spot, "places", e->spots, e->spot_count)},
		{JSON_EACH(put_note, "notes", e->notes, e->note_count)},
		{JSON_NAMES("stillIn", e->refs, e->ref_count)}, {JSON_BY(put_reused, "reused", e)},
		{JSON_BY(put_not_found, "notFound", e)},
		{JSON_EACH(put_gap, "gaps", e->gaps, e->gap_count)},
		{JSON_NUMBER("commits", e->commits)}, {JSON_NUMBER("versions", e->versions)},
		{JSON_NUMBER("groups", e->groups)}, {JSON_NUMBER("groupUses", e->group_uses)});
}

/* --- running ---------------------------------------------------------------------------------------- */

static vv_status read_values(vv_erase_values **out, const options *o, vv_error *err)
{
	const vv_erase_how how = {o->null_ends, o->ignore_case, o->ignore_blanks};
	vv_auto(vv_buf) bytes = VV_BUF_INIT;
	vv_status rc;

	if (isatty(STDIN_FILENO)) {
		vv_note("reading values, one in each line; end with Control-D");
	}
	rc = vv_read_rest(&bytes, STDIN_FILENO, "standard input", VALUES_MAX, err);
	if (rc == VV_EREFUSED) {
		return vv_fail(err, rc, "the values have more than %s\nsearch for them in parts",
			       vv_text_bytes(VALUES_MAX));
	}
	if (rc < 0) return rc;
	return vv_erase_values_read(out, vv_buf_cstr(&bytes), bytes.len, &how, err);
}

/* --- applying ------------------------------------------------------------------------------------- */

static vv_status write_map(const application *a, const char *file, vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	size_t count;
	const vv_rewritten *all = vv_rewrite_changed(a->done.rewrite, &count);
	vv_status rc;

	vv_buf_puts(&text, "old new\n");
	vv_array_each(all, count, it) {
		vv_buf_printf(&text, "%s %s\n", vv_oid_shows(&it->old), vv_oid_shows(&it->now));
	}
	rc = vv_buf_ok(&text, err);
	return rc < 0 || count == 0 ? rc : vv_write_file(file, text.data, text.len, true, err);
}

/* The plan names all removed objects before the first ref moves, and so does the list of erased data. */
static vv_status on_ready(void *payload, const vv_erase_applied *done VV_UNUSED, vv_error *err)
{
	application *a = payload;
	vv_status rc = a->o->map ? write_map(a, a->o->map, err) : VV_OK;

	if (rc < 0 ||
	    (rc = vv_erase_plan_applied(&a->plan, &a->done, a->found, a->repo, err)) < 0) {
		return rc;
	}
	return vv_erase_stay(&a->plan, a->found, a->repo, err);
}

static vv_erase_places_run erase_places_run(application *a)
{
	return (vv_erase_places_run){.plan = &a->plan,
				     .known = &a->known,
				     .expired = vv_erase_scanner_expired(a->found->scanner),
				     .repo = a->repo,
				     .notes = &vv_notes_stderr,
				     .now = a->o->now};
}

static vv_status read_plan(application *a, vv_error *err)
{
	const vv_status rc = vv_erase_plan_read(&a->plan, a->repo, err);

	if (rc != VV_ENOTFOUND) return rc;
	return vv_fail(err, VV_EUSAGE,
		       "no plan: nothing was found with --plan before\n"
		       "run the same command with --plan in place of --apply, and read its output");
}

static vv_status refuse_reused(const vv_erase *e, vv_error *err)
{
	if (e->reused_count == 0) return VV_OK;
	return vv_fail(err, VV_EREFUSED,
		       "%s had a value, lost it, and had it again, so it may name two persons\n"
		       "run the command without --apply to see which; --all erases both",
		       vv_text_counted(e->reused_count, "key", NULL));
}

static bool is_all_gone(const application *a, const vv_erase *rest)
{
	const vv_erase_freed *f = &a->freed;
	size_t left;

	(void)vv_erase_editor_left(a->done.editor, &left);
	vv_array_each(a->answers.items, a->answers.count, it) {
		if (it->kind != VV_ERASE_GONE && it->kind != VV_ERASE_SAMPLED) return false;
	}
	return left == 0 && f->objects_left == 0 && f->blocks_left == 0 &&
	       f->gc.result.young_until == 0 && f->unread.count == 0 && rest->spot_count == 0 &&
	       rest->note_count == 0 && rest->open_count == 0;
}

static vv_status erase_found(application *a, vv_erase *e, vv_error *err)
{
	vv_status rc;

	a->found = e;
	const vv_erase_places_run run = erase_places_run(a);
	if ((rc = refuse_reused(e, err)) < 0 ||
	    (rc = vv_erase_plan_compare(&a->plan, e, a->repo, err)) < 0 ||
	    (rc = vv_erase_apply(&a->done, e, a->o->cells, on_ready, a, a->repo, err)) < 0 ||
	    (rc = vv_erase_places_apply(&a->answers, &run, err)) < 0 ||
	    (rc = vv_erase_free(&a->freed, &a->plan, a->repo, err)) < 0 ||
	    (rc = vv_erase_places_look(&a->answers, &run, err)) < 0 ||
	    (rc = vv_erase_vault_free(&a->answers, a->repo, err)) < 0) {
		return rc;
	}
	return vv_remote_names(&a->remotes, a->repo, err);
}

static vv_status add_own_answer(application *a, const char *what, uint64_t gone, uint64_t there,
				vv_error *err)
{
	const vv_erase_answer answer = {.kind = there > 0 ? VV_ERASE_STAYS : VV_ERASE_GONE,
					.place = vv_repository_commondir(a->repo),
					.what = what,
					.gone = gone,
					.there = there};

	return vv_erase_answers_add(&a->answers, &answer, err);
}

/* Of this repository, after the search for the rest. */
static vv_status add_own_answers(application *a, const vv_erase *rest, vv_error *err)
{
	const vv_erase_freed *f = &a->freed;
	const uint64_t found = rest->spot_count + rest->note_count;
	vv_erase_answer unread = {.kind = VV_ERASE_UNSEEN, .what = "files"};
	vv_erase_answer sent = {.kind = VV_ERASE_OUT_OF_REACH,
				.remote = "ipfs",
				.what = "files",
				.why = "published there: unpin it there"};
	size_t left_count;
	const vv_erase_left *left = vv_erase_editor_left(a->done.editor, &left_count);
	vv_status rc;

	if ((rc = add_own_answer(a, "objects", f->objects, f->objects_left, err)) < 0 ||
	    (rc = add_own_answer(a, "blocks", f->blocks, f->blocks_left, err)) < 0 ||
	    (rc = add_own_answer(a, "values", 0, found, err)) < 0) {
		return rc;
	}
	for (size_t i = 0; i < left_count; i++) {
		const vv_erase_answer stays = {.kind = VV_ERASE_STAYS,
					       .place = left[i].path,
					       .why = left[i].why,
					       .there = left[i].versions};

		rc = vv_erase_answers_file(&a->answers, &stays, a->found->values, err);
		if (rc < 0) return rc;
	}
	vv_array_each(rest->gaps, rest->gap_count, gap) {
		const vv_erase_answer unsearched = {.kind = VV_ERASE_UNSEEN,
						    .place = gap->path,
						    .why = gap->why,
						    .unasked = gap->versions};

		if (!gap->expired && (rc = vv_erase_answers_file(&a->answers, &unsearched,
								 a->found->values, err)) < 0) {
			return rc;
		}
	}
	vv_array_each(f->unread.items, f->unread.count, path) {
		unread.place = *path;
		if ((rc = vv_erase_answers_add(&a->answers, &unread, err)) < 0) return rc;
	}
	vv_array_each(f->withdrawn.urls.items, f->withdrawn.urls.count, url) {
		sent.place = *url;
		if ((rc = vv_erase_answers_add(&a->answers, &sent, err)) < 0) return rc;
	}
	return VV_OK;
}

/* Searches with the question of *like; *e is empty. also: vv_erase.also. */
static vv_status search_again(vv_erase *e, const vv_erase *like, bool all, const vv_oids *also,
			      vv_context *c, vv_error *err)
{
	vv_auto(vv_dataset_reader) *reader = NULL;
	vv_status rc = vv_dataset_reader_open(&reader, c->repo, c->progress, err);

	*e = (vv_erase){.values = like->values,
			.columns = like->columns,
			.where = like->where,
			.path = like->path,
			.all = all,
			.also = also,
			.progress = c->progress};
	if (rc < 0) return rc;
	if ((rc = vv_erase_find(e, c->repo, reader, err)) == VV_OK) {
		rc = vv_erase_published_find(e, c->repo, err);
	}
	return rc == VV_ENOTFOUND ? vv_missing_ok(rc, err) : rc; /* no row, no column */
}

static vv_status fail_if_here(const vv_erase_freed *f, vv_error *err)
{
	const uint64_t count = f->objects_left + f->blocks_left;

	if (count == 0) return VV_OK;
	return vv_fail(
		err, VV_EREFUSED,
		"%s still here: a ref of varve's own or another file names them, or they could "
		"not be removed\nthe same command tries again",
		vv_text_counted(count, "old object or block is", "old objects and blocks are"));
}

static vv_status apply_plan(vv_context *c, const vv_erase *like, vv_error *err)
{
	const bool bare = vv_repository_is_bare(c->repo);
	vv_auto(application) a = {.o = c->options, .repo = c->repo};
	vv_auto(vv_erase) e = {.values = NULL}, rest = {.values = NULL};
	vv_auto(vv_fd) lock = vv_erase_plan_lock(c->repo, err);
	vv_status rc = lock < 0 ? (vv_status)lock : read_plan(&a, err);

	if (rc < 0 ||
	    (rc = vv_erase_places_read(&a.known, c->repo, &a.plan.remotes, &vv_notes_stderr,
				       c->progress, err)) < 0 ||
	    (rc = bare ? VV_OK : vv_context_need(c, VV_NEEDS_RIGHT, err)) < 0 ||
	    (rc = vv_erase_may_apply(c->repo, err)) < 0 ||
	    (rc = search_again(&e, like, a.o->all, &a.known, c, err)) < 0) {
		return rc;
	}
	if ((rc = erase_found(&a, &e, err)) < 0 ||
	    (rc = search_again(&rest, like, true, NULL, c, err)) < 0 ||
	    (rc = add_own_answers(&a, &rest, err)) < 0 ||
	    (rc = a.o->receipt ? write_receipt(&a, a.o->receipt, err) : VV_OK) < 0) {
		return rc;
	}
	a.removed = a.plan.objects.count;
	if (!is_all_gone(&a, &rest)) {
		c->code = VV_EXIT_NO;
	} else if ((rc = vv_erase_plan_end(&a.plan, c->repo, err)) < 0) {
		return rc;
	}
	if (!vv_wants_json(a.o->format)) {
		print_applied(&a);
		if (rest.spot_count + rest.note_count > 0) {
			vv_out("still found:\n");
		}
		vv_erase_found_print(&rest, true);
	} else if ((rc = print_json(&rest, &a, err)) < 0) {
		return rc;
	}
	return fail_if_here(&a.freed, err);
}

/* --- finding -------------------------------------------------------------------------------------- */

static vv_status find_all(vv_context *c, vv_erase *e, vv_error *err)
{
	const options *o = c->options;
	vv_auto(vv_erase_plan) plan = {.roots = NULL};
	vv_auto(vv_oids) known = {0};
	vv_auto(vv_fd) lock = o->plan ? vv_erase_plan_lock(c->repo, err) : -1;
	vv_status rc = o->plan && lock < 0 ? (vv_status)lock : VV_OK;

	for (size_t i = 0; rc == VV_OK && i < o->remotes.count; i++) {
		rc = vv_string_list_add(&plan.remotes, vv_strdup(o->remotes.items[i]), err);
	}
	if (rc < 0 || (o->plan && (rc = vv_erase_plan_continue(&plan, c->repo, err)) < 0) ||
	    (rc = vv_erase_places_read(&known, c->repo, &plan.remotes, &vv_notes_stderr,
				       c->progress, err)) < 0) {
		return rc;
	}
	e->also = &known;
	if ((rc = vv_erase_find(e, c->repo, c->reader, err)) < 0 ||
	    (rc = vv_erase_published_find(e, c->repo, err)) < 0 ||
	    (o->plan && ((rc = vv_erase_plan_make(&plan, e, c->repo, err)) < 0 ||
			 (rc = vv_erase_plan_write(&plan, c->repo, err)) < 0))) {
		return rc;
	}
	c->code = e->open_count == 0 ? VV_EXIT_OK : VV_EXIT_NO;
	if (vv_wants_json(o->format)) return print_json(e, NULL, err);
	vv_erase_found_print(e, false);
	vv_out(o->plan ? "nothing is changed yet: the same command with --apply in place of --plan "
			 "erases it\n"
		       : "nothing is changed: --plan and then --apply erase it; see "
			 "docs/operate/retention.md\n");
	return VV_OK;
}

static vv_status run_erase(vv_context *c, vv_error *err)
{
	const options *o = c->options;
	vv_auto(vv_erase_values) *values = NULL;
	vv_auto(vv_erase) e = {.all = o->all, .progress = c->progress};
	vv_auto(char) *path = NULL;
	vv_oid from;
	vv_status rc = VV_OK;

	if (o->columns.count > 0) {
		e.columns = &o->columns;
	}
	if (o->where.count > 0) {
		e.where = &o->where;
	} else {
		rc = read_values(&values, o, err);
	}
	if (rc < 0 || (o->from && (rc = vv_rev_commit(c->repo, o->from, &from, err)) < 0)) {
		return rc;
	}
	if (e.where && ((rc = vv_where_check(e.where, err)) < 0 ||
			(rc = vv_context_path(&path, c, c->argv[0], err)) < 0)) {
		return rc;
	}
	e.values = values;
	e.from = o->from ? &from : NULL;
	e.path = path;
	return o->apply ? apply_plan(c, &e, err) : find_all(c, &e, err);
}

const vv_command vv_cmd_erase = {
	.name = "erase",
	.group = "care",
	.summary = "find a person, or rows, in all of history, and erase them",
	.usage = "[--column NAME] [--plan [--remote NAME]...|--apply] --values-from -\n"
		 "[--plan [--remote NAME]...|--apply] FILE --where CONDITION",
	.example =
		"$ varve erase --column email --values-from - < values.txt\n"
		"people.csv\n"
		"  column 'email': 1 row, 14 versions, 2026-01-05 to 2026-11-02\n"
		"still in main, v1\n"
		"searched 31 commits and 40 versions of files\n"
		"nothing is changed: --plan and then --apply erase it; see docs/operate/retention.md",
	.options = table,
	.option_count = VV_OPTION_COUNT(table),
	.options_size = sizeof(options),
	.rules = option_rules,
	.arguments = "path",
	.exit_codes = "a part could not be searched, and is listed",
	.check = check_erase,
	.needs = VV_NEEDS_REPOSITORY | VV_NEEDS_READER | VV_NEEDS_PROGRESS,
	.run = run_erase,
};

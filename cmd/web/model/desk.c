/*
 * desk: reads the JSON of `varve status` and `varve check`.
 */
#include "cmd/web/model/desk.h"

#include <string.h>

#include "base/array.h"
#include "base/json/json.h"
#include "base/text.h"
#include "cmd/web/model/command.h"
#include "lib/remotes/remote.h"
#include "repo/git/history/identity.h"

#define NEW_MAX 20u /* new files that are listed */
#define CHECKED 20u /* tables that are checked */
#define EDITS_MAX 500u

static vv_status run_json(vv_web_visit *v, const char **list, vv_json **out, vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	const char *said;
	int code;
	const vv_web_command command = {.list = list, .out = &text};
	vv_status rc = vv_web_run(v, &command, &code, &said, err);

	if (rc < 0) return rc;
	if (code > 1 || text.len == 0) {
		return vv_fail(err, VV_EUSAGE, "varve %s: %s", list[1], said);
	}
	const char *kept = vv_web_keep_buf(v, &text);
	return vv_json_read(out, &v->arena, kept, text.len, list[1], err);
}

static const char *text_of(vv_web_visit *v, const vv_json *object, const char *name)
{
	const char *s = vv_json_get_string(object, name);

	return s ? vv_web_keep_text(v, s) : "";
}

static uint64_t number_of(const vv_json *object, const char *name)
{
	uint64_t n = 0;

	return vv_json_get_u64(&n, object, name) ? n : 0;
}

/* --- changes in words ----------------------------------------------------------------------- */

static void put_count(vv_buf *b, uint64_t n, const char *one, const char *what)
{
	if (n > 0) {
		vv_buf_printf(b, "%s%s %s", b->len > 0 ? ", " : "", vv_text_counted(n, one, NULL),
			      what);
	}
}

/* changes: of the index and of the file; each may be missing. */
static const char *change_words(vv_web_visit *v, const vv_json *entry)
{
	static const char *const parts[] = {"staged", "unstaged"};
	static const struct {
		const char *member, *one, *what;
	} counts[] = {
		{"cellsChanged", "cell", "changed"},     {"rowsAdded", "row", "added"},
		{"rowsRemoved", "row", "removed"},       {"columnsAdded", "column", "added"},
		{"columnsRemoved", "column", "removed"}, {"columnsRenamed", "column", "renamed"}};
	vv_auto(vv_buf) b = VV_BUF_INIT;

	vv_array_each(counts, sizeof(counts) / sizeof(counts[0]), it) {
		uint64_t n = 0;

		vv_array_each(parts, 2, part) {
			n += number_of(vv_json_get(vv_json_get(entry, *part), "changes"),
				       it->member);
		}
		put_count(&b, n, it->one, it->what);
	}
	return b.len > 0 ? vv_web_keep_buf(v, &b) : "changed";
}

/* --- findings ------------------------------------------------------------------------------- */

static void put_finding(vv_buf *b, const char *column, const char *message)
{
	if (column) {
		vv_buf_printf(b, "%s: ", column);
	}
	vv_buf_puts(b, message);
}

static void read_findings(vv_web_visit *v, vv_web_edit *e, const vv_json *dataset)
{
	const vv_json *found = vv_json_get(dataset, "findings");
	vv_auto(vv_buf) b = VV_BUF_INIT, first = VV_BUF_INIT;

	for (const vv_json *f = found ? found->first : NULL; f; f = f->next) {
		const char *rule = vv_json_get_string(f, "rule");
		const char *message = vv_json_get_string(f, "message");
		const char *column = vv_json_get_string(f, "column");
		const char *severity = vv_json_get_string(f, "severity");

		if (!rule || !message) {
			continue;
		}
		if (strcmp(rule, "spreadsheet") == 0) {
			vv_buf_puts(&b, b.len > 0 ? "; " : "");
			put_finding(&b, column, message);
			continue;
		}
		e->errors += severity && strcmp(severity, "error") == 0;
		e->warnings += severity && strcmp(severity, "warning") == 0;
		if (!*e->finding) {
			put_finding(&first, column, message);
			e->finding = vv_web_keep_buf(v, &first);
		}
	}
	e->spreadsheet = vv_web_keep_buf(v, &b);
}

static vv_status check_edit(vv_web_visit *v, vv_web_edit *e, vv_error *err)
{
	const char *list[] = {"varve", "check", "--json", "--", e->path, NULL};
	vv_json *json;
	vv_status rc = run_json(v, list, &json, err);

	if (rc < 0) return rc;
	const vv_json *datasets = vv_json_get(json, "datasets");
	if (datasets && datasets->first) {
		read_findings(v, e, datasets->first);
	}
	return VV_OK;
}

/* --- the state ------------------------------------------------------------------------------ */

static bool is_letter(const vv_json *entry, const char *member, const char *letters)
{
	const char *s = vv_json_get_string(entry, member);

	return s && *s && strchr(letters, *s);
}

static const char *edit_words(vv_web_visit *v, const vv_json *entry)
{
	if (is_letter(entry, "worktree", "?")) return "new";
	if (is_letter(entry, "worktree", "D")) return "the file was removed";
	return change_words(v, entry);
}

static void read_entry(vv_web_visit *v, vv_web_desk *d, const vv_json *entry)
{
	const char *kind = vv_json_get_string(entry, "kind");
	const bool is_new = is_letter(entry, "worktree", "?");

	if (is_letter(entry, "worktree", "!") || d->edit_count == EDITS_MAX) return;
	if (is_new && d->new_count == NEW_MAX) {
		d->complete = false;
		return;
	}
	d->new_count += is_new;
	d->edits[d->edit_count++] = (vv_web_edit){.path = text_of(v, entry, "path"),
						  .words = edit_words(v, entry),
						  .table = kind && strcmp(kind, "table") == 0,
						  .is_new = is_new,
						  .conflict = is_letter(entry, "index", "U") ||
							      is_letter(entry, "worktree", "U"),
						  .finding = "",
						  .spreadsheet = ""};
}

static vv_status find_remote(vv_web_visit *v, vv_web_desk *d, vv_error *err)
{
	const char *branch = vv_web_text(v, "refs/heads/%s", d->branch);
	vv_auto(char) *name = NULL;
	vv_status rc = vv_remote_default(&name, v->repo, *d->branch ? branch : NULL, true, err);

	d->remote = rc == VV_OK ? vv_web_keep_text(v, name) : "";
	return vv_error_excuse(rc, rc == VV_ENOTFOUND, err);
}

static bool has_author(const vv_web_visit *v)
{
	vv_auto(vv_person) author = {.name = NULL};

	return vv_identity(v->repo, VV_AUTHOR, &author, VV_IGNORED) == VV_OK;
}

/* Versions that another branch of a remote has were sent there to be looked at. */
static vv_status count_waiting(vv_web_visit *v, vv_web_desk *d, vv_error *err)
{
	const char *list[] = {"git", "rev-list", "--count", "HEAD", "--not", "--remotes", NULL};
	vv_auto(vv_buf) text = VV_BUF_INIT;
	const vv_web_command command = {.list = list, .out = &text};
	const char *said;
	uint64_t nowhere = 0;
	int code;

	if (d->ahead == 0 || !*d->upstream) return VV_OK;
	vv_status rc = vv_web_run(v, &command, &code, &said, err);
	if (rc < 0) return rc;
	if (code != 0 ||
	    !vv_parse_u64(&nowhere, vv_buf_cstr(&text), strcspn(vv_buf_cstr(&text), "\n"))) {
		return vv_fail(err, VV_EUSAGE, "git rev-list: %s", said);
	}
	d->waiting = d->ahead > nowhere ? d->ahead - nowhere : 0;
	return VV_OK;
}

vv_status vv_web_desk_read(vv_web_visit *v, bool whole, vv_web_desk *out, vv_error *err)
{
	const char *list[] = {"varve", "status", "--json", NULL};
	vv_json *json;
	vv_status rc;
	size_t tables = 0;

	*out = (vv_web_desk){.remote = "", .complete = true};
	if (!v->work_tree || !vv_repository_workdir(v->repo)) {
		return vv_fail(err, VV_ENOTFOUND, "no such page");
	}
	if ((rc = run_json(v, list, &json, err)) < 0) return rc;
	out->branch = text_of(v, json, "branch");
	out->upstream = text_of(v, json, "upstream");
	out->state = text_of(v, json, "state");
	out->ahead = number_of(json, "ahead");
	out->behind = number_of(json, "behind");
	if ((rc = count_waiting(v, out, err)) < 0) return rc;
	const vv_json *entries = vv_json_get(json, "entries");
	out->edits = vv_arena_calloc(&v->arena, EDITS_MAX, sizeof(*out->edits));
	if (!out->edits) return vv_fail_nomem(err);
	for (const vv_json *e = entries ? entries->first : NULL; e; e = e->next) {
		read_entry(v, out, e);
	}
	for (size_t i = 0; whole && rc == VV_OK && i < out->edit_count && tables < CHECKED; i++) {
		if (out->edits[i].table && !out->edits[i].is_new && !out->edits[i].conflict) {
			tables++;
			rc = check_edit(v, &out->edits[i], err);
		}
	}
	if (rc < 0 || !whole) return rc;
	out->has_name = has_author(v);
	return find_remote(v, out, err);
}

const char *vv_web_desk_sentence(vv_web_visit *v, const vv_web_desk *d)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;
	size_t said = 0;

	vv_array_each(d->edits, d->edit_count, e) {
		if (!e->is_new && said++ < 3) {
			vv_buf_printf(&b, "%s%s: %s", b.len > 0 ? "; " : "", e->path, e->words);
		}
	}
	if (said > 3) {
		vv_buf_printf(&b, "; %s", vv_text_counted(said - 3, "more file", NULL));
	}
	return vv_web_keep_buf(v, &b);
}

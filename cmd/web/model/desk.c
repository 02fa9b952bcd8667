/*
 * desk: reads the JSON of `varve status` and `varve check`.
 */
#include "cmd/web/model/desk.h"

#include <string.h>

#include "base/array.h"
#include "base/file.h"
#include "base/json/json.h"
#include "base/path.h"
#include "base/text.h"
#include "cmd/web/model/command.h"
#include "cmd/web/model/compare.h"
#include "cmd/web/model/memo.h"
#include "lib/remotes/remote.h"
#include "repo/git/history/identity.h"

#define NEW_MAX 20u /* new files that are listed */
#define CHECKED 20u /* tables that are checked */
#define EDITS_MAX 500u
#define MANY_CHANGES 10u
#define AUTHORS 3u /* names that are listed */

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
	return b.len > 0 ? vv_web_keep_buf(v, &b) : "";
}

/* Returns whether `varve status` counts more changes than a person makes by hand. */
static bool has_many_changes(const vv_json *entry)
{
	static const char *const counts[] = {"cellsChanged", "rowsAdded", "rowsRemoved"};
	uint64_t n = 0;

	vv_array_each(counts, 3, count) {
		n += number_of(vv_json_get(vv_json_get(entry, "unstaged"), "changes"), *count);
	}
	return n >= MANY_CHANGES;
}

/* `varve status` does not count the changes of tables that Git alone keeps as text. */
static void count_changes(vv_web_visit *v, const vv_web_commit *head, const vv_web_commit *work,
			  vv_web_edit *e)
{
	const vv_web_compare_query q = {.limit = 1};
	vv_auto(vv_buf) b = VV_BUF_INIT;
	vv_web_comparison c;

	if (vv_web_compare_read(v, head, work, e->path, &q, &c, VV_IGNORED) < 0) return;
	e->table = c.table;
	if (!c.table || !c.counted || c.counts.many) return;
	put_count(&b, c.counts.cells, "cell", "changed");
	put_count(&b, c.counts.added, "row", "added");
	put_count(&b, c.counts.removed, "row", "removed");
	put_count(&b, c.counts.columns_added, "column", "added");
	put_count(&b, c.counts.columns_removed, "column", "removed");
	put_count(&b, c.counts.columns_renamed, "column", "renamed");
	put_count(&b, c.counts.rewritten, "row", "written differently");
	e->words = vv_web_keep_buf(v, &b);
}

/* --- findings ------------------------------------------------------------------------------- */

static void put_finding(vv_buf *b, const char *column, const char *message)
{
	if (column) {
		vv_buf_printf(b, "%s: ", column);
	}
	vv_buf_puts(b, message);
}

/* Such as "in the row id=7, price=x is not a number (expected: a number)". */
static void put_sentence(vv_buf *b, const vv_json *finding)
{
	const char *column = vv_json_get_string(finding, "column");
	const char *value = vv_json_get_string(finding, "value");
	const char *row = vv_json_get_string(finding, "keyText");
	const char *expected = vv_json_get_string(finding, "expected");

	if (row) {
		vv_buf_printf(b, "in the row %s, ", row);
	}
	if (column) {
		vv_buf_printf(b, "%s%s", column, value ? "=" : ": ");
	}
	if (value) {
		vv_buf_printf(b, "%s ", value);
	}
	vv_buf_puts(b, vv_json_get_string(finding, "message"));
	if (expected) {
		vv_buf_printf(b, " (expected: %s)", expected);
	}
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
			/* the message without a column has words such as CRLF */
			put_finding(
				&b, column,
				column ? message
				       : "the file is written in another way (separators, line ends, encoding)");
			continue;
		}
		const bool error = severity && strcmp(severity, "error") == 0;
		/* the first error, else the first finding */
		if (!*e->finding || (error && e->errors == 0)) {
			vv_buf_reset(&first);
			put_sentence(&first, f);
			e->finding = vv_web_keep_buf(v, &first);
		}
		e->errors += error;
		e->warnings += severity && strcmp(severity, "warning") == 0;
	}
	e->spreadsheet = vv_web_keep_buf(v, &b);
}

/* Only findings that the newest version lacks are the owner's. has_head: there is such a version. */
static vv_status check_edit(vv_web_visit *v, vv_web_edit *e, bool has_head, vv_error *err)
{
	const char *first[] = {"varve", "check", "--json", "--", e->path, NULL};
	const char *newer[] = {"varve",       "check", "--json", "--new-only",
			       "--base=HEAD", "--",    e->path,  NULL};
	const char **list = has_head ? newer : first;
	vv_json *json;
	vv_status rc = run_json(v, list, &json, err);

	if (rc < 0) return rc;
	const vv_json *datasets = vv_json_get(json, "datasets");
	if (datasets && datasets->first) {
		read_findings(v, e, datasets->first);
	}
	return VV_OK;
}

vv_status vv_web_unsent_errors(vv_web_visit *v, const char **finding, vv_error *err)
{
	const char *list[] = {"varve", "check", "--json", "--new-only", "--base=@{upstream}",
			      "HEAD",  NULL};
	vv_json *json;
	const vv_status rc = run_json(v, list, &json, err);

	*finding = "";
	if (rc < 0) return rc;
	const vv_json *datasets = vv_json_get(json, "datasets");
	for (const vv_json *d = datasets ? datasets->first : NULL; d; d = d->next) {
		vv_web_edit e = {.finding = "", .spreadsheet = ""};

		read_findings(v, &e, d);
		if (e.errors > 0) {
			const char *path = vv_json_get_string(d, "path");

			*finding = vv_web_text(v, "%s: %s", path ? path : "", e.finding);
			break;
		}
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

/* The programs that keep a file beside an open one: before, its name, after. */
static const struct {
	const char *before, *after, *name;
} open_marks[] = {{".~lock.", "#", "LibreOffice"}, {"~$", "", "Excel"}};

static bool is_mark(const char *path)
{
	const char *base = vv_path_base(path);

	return vv_array_find(open_marks, 2, mark,
			     strncmp(base, mark->before, strlen(mark->before)) == 0) != NULL;
}

static void read_entry(vv_web_visit *v, vv_web_desk *d, const vv_json *entry)
{
	const char *kind = vv_json_get_string(entry, "kind");
	const bool is_new = is_letter(entry, "worktree", "?");

	if (is_new && is_mark(text_of(v, entry, "path"))) return;
	if (is_letter(entry, "worktree", "!") || d->edit_count == EDITS_MAX) return;
	if (is_new && d->new_count == NEW_MAX) {
		d->complete = false;
		return;
	}
	d->new_count += is_new;
	d->edits[d->edit_count++] = (vv_web_edit){.path = text_of(v, entry, "path"),
						  .words = edit_words(v, entry),
						  .table = kind && strcmp(kind, "table") == 0,
						  .many = has_many_changes(entry),
						  .is_new = is_new,
						  .conflict = is_letter(entry, "index", "U") ||
							      is_letter(entry, "worktree", "U"),
						  .finding = "",
						  .spreadsheet = ""};
}

void vv_web_desk_find_rewritten(vv_web_visit *v, vv_web_desk *d)
{
	const char *root = vv_repository_workdir(v->repo);
	vv_web_commit head;
	size_t checked = 0;

	if (vv_web_commit_head(v, &head, VV_IGNORED) < 0) return;
	vv_array_each(d->edits, d->edit_count, e) {
		vv_auto(vv_buf) key = VV_BUF_INIT, kept = VV_BUF_INIT;
		vv_stat s;

		if (!e->many || !e->table || e->is_new || e->conflict ||
		    vv_lstat(&s, vv_web_text(v, "%s/%s", root, e->path), VV_IGNORED) < 0) {
			continue;
		}
		vv_buf_printf(&key, "rewritten %s %llu %lld.%u %llu %s", head.hex,
			      (unsigned long long)s.size, (long long)s.mtime_sec, s.mtime_nsec,
			      (unsigned long long)s.ino, e->path);
		if (vv_web_memo_get(v->memo, &key, &kept)) {
			e->spreadsheet = vv_web_keep_buf(v, &kept);
		} else if (checked++ < CHECKED && check_edit(v, e, true, VV_IGNORED) == VV_OK) {
			vv_web_memo_put(v->memo, &key, e->spreadsheet, strlen(e->spreadsheet));
		}
		if (*e->spreadsheet) return;
	}
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

/* Counts the versions that no branch of a remote has. kind: an option of git rev-list. */
static vv_status count_own(vv_web_visit *v, const char *kind, uint64_t *out, vv_error *err)
{
	const char *list[] = {"git",  "rev-list", "--count",   kind,
			      "HEAD", "--not",    "--remotes", NULL};
	vv_auto(vv_buf) text = VV_BUF_INIT;
	const vv_status rc = vv_web_run_list(v, list, &text, err);

	if (rc < 0) return rc;
	return vv_parse_u64(out, vv_buf_cstr(&text), strcspn(vv_buf_cstr(&text), "\n"))
		       ? VV_OK
		       : vv_fail(err, VV_EUSAGE, "git rev-list: its output is not a number");
}

static vv_status list_ids(vv_web_visit *v, const char *without, const char **out, vv_error *err)
{
	const char *list[] = {"git", "rev-list", "HEAD", "--not", without, NULL};
	vv_auto(vv_buf) text = VV_BUF_INIT;
	const vv_status rc = vv_web_run_list(v, list, &text, err);

	*out = rc < 0 ? "" : vv_web_keep_buf(v, &text);
	return rc;
}

bool vv_web_desk_waits(const vv_web_desk *d, const vv_web_commit *c)
{
	return d->waiting > 0 && strstr(d->ahead_ids, c->hex) && !strstr(d->own_ids, c->hex);
}

/* Sets `waiting` and, if whole, `newest`. Versions ahead that another branch of a remote has were sent there
 * for a review. */
static vv_status read_own(vv_web_visit *v, bool whole, vv_web_desk *d, vv_error *err)
{
	const bool may_wait = d->ahead > 0 && *d->upstream;
	vv_web_commit head = vv_web_none;
	uint64_t own = 0;
	vv_status rc = VV_OK;

	if (whole && !*d->state && (rc = vv_web_commit_head(v, &head, err)) < 0) {
		if (rc != VV_ENOTFOUND) return rc;
		vv_error_clear(err);
		head = vv_web_none;
	}
	const bool may_go_back = !head.none && head.parent_count == 1;
	if (!may_wait && !may_go_back) return VV_OK;
	if ((rc = count_own(v, "--min-parents=0", &own, err)) < 0) return rc;
	if (may_wait && d->ahead > own) {
		d->waiting = d->ahead - own;
		if ((rc = list_ids(v, "@{upstream}", &d->ahead_ids, err)) < 0 ||
		    (rc = list_ids(v, "--remotes", &d->own_ids, err)) < 0) {
			return rc;
		}
	}
	if (may_wait && d->ahead > d->waiting) {
		if ((rc = count_own(v, "--no-merges", &d->unsent_versions, err)) < 0) return rc;
		/* a merge alone is sent, too */
		d->unsent_versions += d->unsent_versions == 0;
	}
	if (may_go_back && own > 0) {
		d->newest = vv_web_keep_text(v, head.hex);
		d->newest_subject = head.subject;
	}
	return VV_OK;
}

/* Branches of the remote, with versions of ours that its main branch does not have. */
static vv_status name_reviews(vv_web_visit *v, vv_web_desk *d, vv_error *err)
{
	const char *under = vv_web_text(v, "refs/remotes/%s/", d->remote);
	const char *without = vv_web_text(v, "--no-merged=refs/remotes/%s", d->upstream);
	const char *list[] = {"git",
			      "for-each-ref",
			      "--merged=HEAD",
			      without,
			      "--format=%(refname:lstrip=3)",
			      under,
			      NULL};
	vv_auto(vv_buf) text = VV_BUF_INIT, names = VV_BUF_INIT;

	if (d->waiting == 0 || !*d->remote) return VV_OK;
	const vv_status rc = vv_web_run_list(v, list, &text, err);
	/* the page is complete without their names */
	if (rc < 0) return vv_error_excuse(rc, rc == VV_EUSAGE, err);
	for (vv_line l = {.rest = vv_buf_cstr(&text)}; vv_line_next(&l);) {
		vv_buf_printf(&names, "%s%.*s", names.len > 0 ? ", " : "", (int)l.len, l.text);
	}
	d->reviews = vv_web_keep_buf(v, &names);
	return VV_OK;
}

/* Counts and checks the changes of tables, at most CHECKED of them. */
static vv_status check_edits(vv_web_visit *v, vv_web_desk *d, vv_error *err)
{
	vv_web_commit head, work;
	const bool has_head = vv_web_commit_head(v, &head, VV_IGNORED) == VV_OK;
	const bool both = has_head &&
			  vv_web_commit_find(v, VV_WEB_WORK, &work, NULL, VV_IGNORED) == VV_OK;
	size_t tables = 0;
	vv_status rc = VV_OK;

	for (size_t i = 0; rc == VV_OK && i < d->edit_count && tables < CHECKED; i++) {
		vv_web_edit *e = &d->edits[i];

		if (e->is_new || e->conflict) {
			continue;
		}
		if (both && !e->table && !*e->words) {
			count_changes(v, &head, &work, e);
		}
		if (e->table) {
			tables++;
			rc = check_edit(v, e, has_head, err);
		}
	}
	return rc;
}

vv_status vv_web_desk_read(vv_web_visit *v, bool whole, vv_web_desk *out, vv_error *err)
{
	const char *list[] = {"varve", "status", "--json", NULL};
	vv_json *json;
	vv_status rc;

	*out = (vv_web_desk){.remote = "",
			     .reviews = "",
			     .ahead_ids = "",
			     .own_ids = "",
			     .newest = "",
			     .newest_subject = "",
			     .complete = true};
	if (!v->work_tree || !vv_repository_workdir(v->repo)) {
		return vv_fail(err, VV_ENOTFOUND, "no such page");
	}
	if ((rc = run_json(v, list, &json, err)) < 0) return rc;
	out->branch = text_of(v, json, "branch");
	out->upstream = text_of(v, json, "upstream");
	out->state = text_of(v, json, "state");
	out->ahead = number_of(json, "ahead");
	out->behind = number_of(json, "behind");
	if ((rc = read_own(v, whole, out, err)) < 0) return rc;
	const vv_json *entries = vv_json_get(json, "entries");
	out->edits = vv_arena_calloc(&v->arena, EDITS_MAX, sizeof(*out->edits));
	if (!out->edits) return vv_fail_nomem(err);
	for (const vv_json *e = entries ? entries->first : NULL; e; e = e->next) {
		read_entry(v, out, e);
	}
	if (!whole) return VV_OK;
	if ((rc = check_edits(v, out, err)) < 0) return rc;
	out->has_name = has_author(v);
	rc = find_remote(v, out, err);
	return rc < 0 ? rc : name_reviews(v, out, err);
}

const char *vv_web_opened_by(vv_web_visit *v, const char *path)
{
	const char *root = vv_repository_workdir(v->repo), *base = vv_path_base(path);

	vv_array_each(open_marks, root ? 2 : 0, mark) {
		const char *at = vv_web_text(v, "%s/%.*s%s%s%s", root, (int)(base - path), path,
					     mark->before, base, mark->after);

		if (vv_exists(at)) return mark->name;
	}
	return NULL;
}

static const char *join_authors(vv_web_visit *v, const char *const *names, size_t count)
{
	const size_t shown = count < AUTHORS ? count : AUTHORS;
	const char *words = "";

	for (size_t i = 0; i < shown; i++) {
		const char *between = i + 1 == count ? " and " : ", ";

		words = vv_web_text(v, "%s%s%s", words, i > 0 ? between : "", names[i]);
	}
	if (count == shown) return words;
	return vv_web_text(v, "%s and %s", words, vv_text_counted(count - shown, "other", NULL));
}

vv_status vv_web_parcel_read(vv_web_visit *v, const vv_web_commit *from, const vv_web_commit *to,
			     vv_web_parcel *out, vv_error *err)
{
	const char *list[] = {"git",     "log", "--no-merges", "--format=%aN", to->hex, "--not",
			      from->hex, "--",  NULL};
	vv_auto(vv_buf) text = VV_BUF_INIT;
	const char **names = NULL;
	size_t count = 0, cap = 0;

	*out = (vv_web_parcel){.authors = "", .author = ""};
	if (from->none) {
		list[5] = "--";
		list[6] = NULL;
	}
	const vv_status rc = vv_web_run_list(v, list, &text, err);
	if (rc < 0) return rc;
	for (vv_line l = {.rest = vv_buf_cstr(&text)}; vv_line_next(&l);) {
		const char *name = vv_web_keep(v, l.text, l.len);

		out->versions++;
		if (!vv_text_is_among(name, names, count) &&
		    !vv_array_add(names, count, cap, name)) {
			vv_free(names);
			return vv_fail_nomem(err);
		}
	}
	out->authors = join_authors(v, names, count);
	out->author = count == 1 ? names[0] : "";
	vv_free(names);
	return VV_OK;
}

const char *vv_web_desk_sentence(vv_web_visit *v, const vv_web_desk *d)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;
	size_t said = 0;

	vv_array_each(d->edits, d->edit_count, e) {
		if (!e->is_new && said++ < 3) {
			vv_buf_puts(&b, b.len > 0 ? "; " : "");
			vv_buf_puts(&b, e->path);
			if (*e->words && !*e->spreadsheet) { /* else they are its own */
				vv_buf_printf(&b, ": %s", e->words);
			}
		}
	}
	if (said > 3) {
		vv_buf_printf(&b, "; %s", vv_text_counted(said - 3, "more file", NULL));
	}
	return vv_web_keep_buf(v, &b);
}

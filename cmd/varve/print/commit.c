/*
 * commit: how a commit is printed, for people and for scripts.
 */
#include "cmd/varve/print/commit.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/array.h"
#include "base/json/json_list.h"
#include "base/show.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/frame/hint_words.h"
#include "cmd/frame/output.h"
#include "cmd/varve/print/commit_stat.h"
#include "repo/git/history/mailmap.h"

typedef struct name {
	vv_oid commit;
	char *text; /* "main", "tag: v1", "origin/main" */
	int rank;   /* branches, remote branches, tags */
	size_t turn;
} name;

struct vv_decoration {
	name *items; /* sorted by commit, rank and turn */
	size_t count, cap;
	vv_head head;
	char *branch; /* that HEAD names, to be shown; NULL: none */
};

static vv_status add_name(void *payload, const vv_ref *ref, vv_error *err)
{
	static const struct {
		const char *prefix, *label;
	} kinds[] = {{"refs/heads/", ""}, {"refs/remotes/", ""}, {"refs/tags/", "tag: "}};
	vv_decoration *n = payload;
	vv_buf text = VV_BUF_INIT;
	size_t k;

	for (k = 0; k < 3 && strncmp(ref->name, kinds[k].prefix, strlen(kinds[k].prefix)) != 0;
	     k++) {
	}
	if (k == 3 || vv_oid_is_null(&ref->commit)) return VV_OK;
	if (!vv_array_room(n->items, n->count, n->cap)) return vv_fail_nomem(err);
	vv_buf_puts(&text, kinds[k].label);
	vv_text_put_escaped(&text, ref->name + strlen(kinds[k].prefix),
			    strlen(ref->name + strlen(kinds[k].prefix)));
	n->items[n->count] = (name){.commit = ref->commit,
				    .text = vv_buf_detach(&text),
				    .rank = (int)k,
				    .turn = n->count};
	return n->items[n->count++].text ? VV_OK : vv_fail_nomem(err);
}

static int compare_names(const void *a, const void *b)
{
	const name *x = a, *y = b;
	int c = memcmp(x->commit.id, y->commit.id, sizeof(x->commit.id));

	if (c == 0) {
		c = (x->rank > y->rank) - (x->rank < y->rank);
	}
	return c ? c : (x->turn > y->turn) - (x->turn < y->turn);
}

static vv_status name_head(vv_decoration *n, vv_error *err)
{
	vv_buf text = VV_BUF_INIT;

	if (!n->head.branch || strncmp(n->head.branch, "refs/heads/", 11) != 0) return VV_OK;
	vv_text_put_escaped(&text, n->head.branch + 11, strlen(n->head.branch + 11));
	n->branch = vv_buf_detach(&text);
	return n->branch ? VV_OK : vv_fail_nomem(err);
}

vv_status vv_decoration_read(vv_decoration **out, vv_repository *r, vv_error *err)
{
	vv_auto(vv_decoration) *n = vv_calloc(1, sizeof(*n));
	vv_status rc;

	*out = NULL;
	if (!n) return vv_fail_nomem(err);
	if ((rc = vv_head_read(r, &n->head, err)) < 0 || (rc = name_head(n, err)) < 0 ||
	    (rc = vv_refs_each(r, "refs/", add_name, n, err)) < 0) {
		return rc;
	}
	if (n->count > 1) {
		qsort(n->items, n->count, sizeof(name), compare_names);
	}
	return vv_hand_over(out, &n);
}

void vv_decoration_free(vv_decoration *n)
{
	if (!n) return;
	vv_array_clear(n->items, n->count, it, vv_free(it->text));
	vv_head_clear(&n->head);
	vv_free_all(n->branch, n);
}

/* The first name at the commit; more follow it. */
static size_t find_names(const vv_decoration *n, const vv_oid *id)
{
	return vv_first_place(i, n->count,
			      memcmp(n->items[i].commit.id, id->id, sizeof(id->id)) < 0);
}

/* Calls fn for each name at the commit, HEAD first, as Git orders them. */
static void each_name(const vv_decoration *n, const vv_oid *id,
		      void (*fn)(void *payload, const char *text, bool is_head), void *payload)
{
	if (!n) return;
	const char *branch = n->branch;
	if (vv_oid_equal(&n->head.commit, id) && !n->head.unborn) {
		fn(payload, branch ? branch : "", true);
	} else {
		branch = NULL;
	}
	for (size_t i = find_names(n, id); i < n->count && vv_oid_equal(&n->items[i].commit, id);
	     i++) {
		if (!branch || n->items[i].rank != 0 || strcmp(n->items[i].text, branch) != 0) {
			fn(payload, n->items[i].text, false);
		}
	}
}

static void print_name(void *payload, const char *text, bool is_head)
{
	bool *any = payload;

	vv_out("%s%s", vv_color_on(VV_YELLOW), *any ? ", " : " (");
	vv_out("%s", vv_color_on(is_head ? VV_CYAN : VV_GREEN));
	if (is_head) {
		vv_out(*text ? "HEAD -> " : "HEAD");
	}
	vv_out("%s", text);
	vv_out("%s", vv_color_off());
	*any = true;
}

static void print_names(const vv_commit_view *v, const vv_oid *id)
{
	bool any = false;

	each_name(v->names, id, print_name, &any);
	if (any) {
		vv_out("%s)%s", vv_color_on(VV_YELLOW), vv_color_off());
	}
}

/* The person's own clock, broken up by the calendar of gmtime. */
static bool local_time(const vv_person *p, struct tm *out)
{
	time_t t = (time_t)(p->time + (int64_t)p->offset_min * 60);

	return gmtime_r(&t, out) != NULL;
}

/* "Fri Nov 20 07:38:20 2026 +0000", in the zone of the person, as Git's default. */
static void put_date(vv_buf *out, const vv_person *p)
{
	static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
	static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
					     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	int zone = p->offset_min < 0 ? -p->offset_min : p->offset_min;
	struct tm tm;

	if (!local_time(p, &tm)) {
		vv_buf_puts(out, "(no date)");
		return;
	}
	vv_buf_printf(out, "%s %s %d %02d:%02d:%02d %d %c%02d%02d", days[tm.tm_wday],
		      months[tm.tm_mon], tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec,
		      tm.tm_year + 1900, p->offset_min < 0 ? '-' : '+', zone / 60, zone % 60);
}

static void print_person(const char *label, const vv_person *p)
{
	vv_out_between(label, p->name, " <");
	vv_out_between("", p->email, ">\n");
}

static vv_status print_merge(const vv_commit_view *v, const vv_commit *c, vv_error *err)
{
	vv_status rc = VV_OK;

	vv_out("Merge:");
	for (size_t i = 0; rc == VV_OK && i < c->parent_count; i++) {
		vv_auto(char) *hex = NULL;

		if ((rc = vv_rev_short(v->repo, &c->parents[i], &hex, err)) == VV_OK) {
			vv_out(" %s", hex);
		}
	}
	vv_out("\n");
	return rc;
}

static void print_message(const char *message)
{
	size_t len = strlen(message);

	while (len > 0 && message[len - 1] == '\n') {
		len--;
	}
	while (len > 0) {
		const char *end = memchr(message, '\n', len);
		size_t n = end ? (size_t)(end - message) : len;

		vv_out("%s", n ? "    " : "");
		vv_out_text(message, n);
		vv_out("\n");
		message += end ? n + 1 : n;
		len -= end ? n + 1 : n;
	}
}

static vv_status print_long(vv_commit_view *v, const vv_commit *c, vv_error *err)
{
	vv_auto(vv_buf) date = VV_BUF_INIT;
	vv_status rc = VV_OK;

	vv_out("%s%scommit %s%s", v->any ? "\n" : "", vv_color_on(VV_YELLOW), vv_oid_shows(&c->id),
	       vv_color_off());
	print_names(v, &c->id);
	vv_out("\n");
	if (c->parent_count > 1) {
		rc = print_merge(v, c, err);
	}
	print_person("Author: ", &c->author);
	put_date(&date, &c->author);
	vv_out("Date:   %s\n\n", vv_buf_cstr(&date));
	print_message(c->message);
	return rc;
}

static vv_status print_oneline(vv_commit_view *v, const vv_commit *c, vv_error *err)
{
	vv_auto(char) *hex = NULL;
	size_t len;
	vv_status rc;

	if ((rc = vv_rev_short(v->repo, &c->id, &hex, err)) < 0) return rc;
	vv_out("%s%s%s", vv_color_on(VV_YELLOW), hex, vv_color_off());
	print_names(v, &c->id);
	vv_out(" ");
	const char *subject = vv_commit_subject(c, &len);
	vv_out_text(subject, len);
	vv_out("\n");
	return VV_OK;
}

static void json_name(void *payload, const char *text, bool is_head)
{
	vv_json_out *w = payload;

	if (is_head) {
		vv_json_string(w, "HEAD");
	}
	if (*text) {
		vv_json_string(w, text);
	}
}

static void json_person(vv_json_out *w, const char *label, const vv_person *p)
{
	vv_json_put_members(w, {JSON_OBJECT(label)}, {JSON_TEXT("name", p->name)},
			    {JSON_TEXT("email", p->email)},
			    {JSON_TEXT("time", vv_text_zoned(p->time, p->offset_min))}, {JSON_END});
}

static void json_id(vv_json_out *w, const void *id)
{
	vv_json_string(w, vv_oid_shows(id));
}

static vv_status put_json(vv_buf *b, const vv_commit_view *v, const vv_commit *c,
			  const vv_commit_stat *stat, vv_error *err)
{
	size_t len;

	vv_json_out w = vv_json_begin_object(b, 0);
	vv_json_put_members(&w, {JSON_TEXT("commit", vv_oid_shows(&c->id))},
			    {JSON_EACH(json_id, "parents", c->parents, c->parent_count)},
			    {JSON_ARRAY("names")});
	each_name(v->names, &c->id, json_name, &w);
	vv_json_close_array(&w);
	json_person(&w, "author", &c->author);
	json_person(&w, "committer", &c->committer);
	const char *subject = vv_commit_subject(c, &len);
	vv_json_put_members(&w, {JSON_TEXT_LEN("subject", subject, len)},
			    {JSON_TEXT("message", c->message)});
	if (v->stat) {
		vv_json_name(&w, "files");
		vv_commit_stat_json(&w, stat);
	}
	if (v->more) {
		v->more(v->payload, &w);
	}
	vv_json_close_object(&w);
	return vv_buf_ok(b, err);
}

static vv_status print_json(const vv_commit_view *v, const vv_commit *c, const vv_commit_stat *stat,
			    vv_error *err)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;
	vv_status rc = put_json(&b, v, c, stat, err);

	if (rc < 0) return rc;
	vv_out("%s", v->any ? ",\n" : "");
	vv_out_bytes(b.data, b.len);
	return VV_OK;
}

vv_status vv_commit_json(vv_buf *out, vv_repository *r, const vv_oid *id, vv_error *err)
{
	const vv_stat_options how = {.growth = true, .texts = true};
	vv_auto(vv_commit) c = {0};
	vv_auto(vv_commit_stat) stat = {0};
	vv_auto(vv_decoration) *names = NULL;
	vv_status rc;

	if ((rc = vv_mailmap_commit_read(r, id, &c, err)) < 0 ||
	    (rc = vv_decoration_read(&names, r, err)) < 0 ||
	    (rc = vv_commit_stat_make(&stat, r, c.parent_count ? &c.parents[0] : NULL, &c.id, &how,
				      err)) < 0) {
		return rc;
	}
	const vv_commit_view v = {.repo = r, .names = names, .stat = true};
	return put_json(out, &v, &c, &stat, err);
}

/* Prints the commit's changes after it: names, numbers, rows. */
static vv_status print_changes(vv_commit_view *v, const vv_commit *c, const vv_commit_stat *stat,
			       vv_error *err)
{
	bool names = v->name_only || v->name_status, listed = (v->stat || names) && stat->count > 0;

	if (listed) {
		vv_out("%s", v->style == VV_STYLE_LONG ? "\n" : "");
	}
	if (listed && names) {
		vv_commit_stat_names(stat, v->name_status);
	} else if (listed) {
		vv_commit_stat_print(stat, true);
	}
	if (!v->patch) return VV_OK;
	vv_out("\n");
	vv_status rc = vv_diff_show_commits(v->patch, stat, c->parent_count ? &c->parents[0] : NULL,
					    &c->id, &v->trouble, err);
	if (rc == VV_EMISSING && v->patch->unasked) {
		vv_hint_word(err, vv_hint_words);
		vv_note("the rows are not shown: %s", err->message);
		if (err->hint[0]) {
			vv_note("hint: %s", err->hint);
		}
		return VV_OK;
	}
	return rc;
}

vv_status vv_commit_print(vv_commit_view *v, const vv_oid *id, vv_error *err)
{
	vv_auto(vv_commit) c = {0};
	vv_auto(vv_commit_stat) stat = {0};
	vv_status rc;

	if ((rc = vv_mailmap_commit_read(v->repo, id, &c, err)) < 0) return rc;
	const vv_stat_options how = {.paths = v->paths,
				     .growth = v->growth || v->style == VV_STYLE_JSON,
				     .names = v->name_only || v->name_status,
				     .keep = v->patch ? v->patch->reader : NULL,
				     .texts = v->stat};
	if ((v->stat || how.names) &&
	    (rc = vv_commit_stat_make(&stat, v->repo, c.parent_count ? &c.parents[0] : NULL, &c.id,
				      &how, err)) < 0) {
		return rc;
	}
	vv_array_each(stat.lines, how.names ? 0 : stat.count, line) {
		v->uncounted += vv_stat_line_lacks(line) && line->gap != VV_GAP_EXPIRED;
	}
	switch (v->style) {
	case VV_STYLE_LONG:
		rc = print_long(v, &c, err);
		break;
	case VV_STYLE_ONELINE:
		rc = print_oneline(v, &c, err);
		break;
	case VV_STYLE_JSON:
		rc = print_json(v, &c, &stat, err);
		break;
	}
	if (rc == VV_OK && v->style != VV_STYLE_JSON) {
		rc = print_changes(v, &c, &stat, err);
	}
	if (rc == VV_OK && v->more && v->style != VV_STYLE_JSON) {
		v->more(v->payload, NULL);
	}
	v->any = true;
	return rc;
}

vv_status vv_commit_counted(const vv_commit_view *v, vv_error *err)
{
	if (v->uncounted == 0) return VV_OK;
	return vv_fail(
		err, VV_EMISSING,
		"%s could not be counted: blocks are missing here\n'varve fetch --data REV' gets the data of a commit, 'varve fetch --data --all' that of all",
		vv_text_counted(v->uncounted, "change of a table", "changes of tables"));
}

/*
 * overview: the first page of a repository: its description, five facts, its tables, and the last
 * days.
 */
#include <string.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/codec.h"
#include "base/path.h"
#include "base/show.h"
#include "cmd/web/pages/markdown.h"
#include "cmd/web/pages/page.h"
#include "cmd/web/pages/parts.h"
#include "cmd/web/pages/plot.h"
#include "lib/heads/judge.h"
#include "repo/git/history/history.h"

#define DAY ((int64_t)24 * 3600)
#define LAST_COMMITS 30u
#define LEAST_COMMITS 5u /* shown, however old */
#define FOLDED 3u        /* commits alike that are one line */
#define TABLES 500u      /* and changed paths since the last release */
#define UNFOLDED 30u     /* tables, before those of a folder are one line */

/* To its owner: the work tree beside the last commit. */
static void put_not_committed(vv_page *p)
{
	const vv_web_address to = {.base = p->at->base,
				   .place = VV_WEB_AT_COMPARE,
				   .other_rev = p->asked->commit.hex,
				   .rev = VV_WEB_WORK};

	if (!p->asked->owner || !p->asked->visit->work_tree || p->asked->commit.work) return;
	const char *at = vv_page_link(p, &to);
	if (at) {
		part_work_card(&p->html, .at = at, .own = p->asked->token != NULL);
	}
}

/* ---- description */

/* root: may be NULL; returns NULL without a description. */
static const char *description_of(const vv_json *root)
{
	const char *words = root ? vv_json_get_string(root, "description") : NULL;

	return words || !root ? words : vv_json_get_string(root, "title");
}

/* Description and licences, as datapackage.json has them. */
static void put_description(vv_page *p)
{
	const vv_json *root = vv_page_package(p);
	const char *words = description_of(root), *name;

	if (!root) return;
	if (words) {
		part_description(&p->html, .text = words);
	}
	const vv_json *licences = vv_json_get(root, "licenses");
	for (const vv_json *i = licences ? licences->first : NULL; i; i = i->next) {
		name = vv_json_get_string(i, "title");
		name = name ? name : vv_json_get_string(i, "name");
		if (name) {
			part_quiet(&p->html, .text = vv_page_text(p, "Licence: %s", name));
		}
	}
}

/* A relative address of the README is a file of the version; pictures from other sites are not
 * loaded. */
static const char *readme_to(void *payload, const char *address, bool picture)
{
	vv_page *p = payload;
	const vv_web_commit *c = &p->asked->commit;
	vv_auto(vv_buf) name = VV_BUF_INIT;
	vv_auto(char) *path = NULL;
	vv_auto(vv_tree_entry) e = {.path = NULL};

	if (address[strcspn(address, ":/?#")] == ':') {
		bool safe = strncmp(address, "http://", 7) == 0 ||
			    strncmp(address, "https://", 8) == 0 ||
			    strncmp(address, "mailto:", 7) == 0;

		return safe && !picture ? vv_page_keep(p, address) : NULL;
	}
	if (strncmp(address, "//", 2) == 0 ||
	    !vv_percent_read(&name, address, strcspn(address, "?#")) ||
	    !(path = vv_path_absolute("/", vv_buf_cstr(&name))) ||
	    vv_tree_entry_at(p->asked->visit->repo, &c->id, path + 1, &e, VV_IGNORED) < 0) {
		return NULL;
	}
	if (picture) return vv_page_to_raw(p, c, path + 1);
	return vv_page_to(p, S_ISDIR(e.mode) ? VV_WEB_AT_TREE : VV_WEB_AT_TABLE, c->hex, path + 1);
}

static vv_status put_readme(vv_page *p, vv_error *err)
{
	static const char *const names[] = {"README.md", "readme.md", "README", "README.txt"};
	const vv_markdown_links links = {readme_to, p};
	const vv_web_table *file = NULL;
	size_t i = 0;
	vv_status rc = VV_OK;

	while (i < 4 && !(file = vv_page_read_text(p, names[i]))) {
		i++;
	}
	if (!file || file->text_len == 0) return VV_OK;
	vv_html *link = vv_page_piece_new(p);
	part_link(link, .at = vv_page_to(p, VV_WEB_AT_TABLE, p->asked->commit.hex, names[i]),
		  .text = names[i]);
	part_readme_begin(&p->html, .name = link);
	if (i < 2) {
		rc = vv_markdown_put(&p->html, file->text, file->text_len, &links, err);
	} else {
		vv_page_put_lines(p, file->text, file->text_len);
	}
	part_readme_end(&p->html, .cut = file->text_len < file->bytes);
	return rc;
}

static void put_clone_line(vv_page *p)
{
	if (!vv_page_is_served(p) || !p->asked->origin || p->asked->owner) return;
	part_clone(&p->html,
		   .line = vv_page_text(p, "varve clone %s%s", p->asked->origin,
					strcmp(p->at->base, "/-") == 0 ? "" : p->at->base));
}

/* ---- facts */

/* "2 days ago" */
static const char *days_ago(vv_page *p, const vv_web_commit *c)
{
	const int64_t zone = (int64_t)c->offset_min * 60; /* days begin where the commit was made */
	const int64_t days = (vv_now_sec() + zone) / DAY - (c->time + zone) / DAY;

	if (!vv_page_is_served(p)) return vv_page_day(p, c); /* it is looked at for years */
	if (days < 2) return days < 1 ? "today" : "yesterday";
	if (days < 60) return vv_page_text(p, "%lld days ago", (long long)days);
	if (days < 730) return vv_page_text(p, "%lld months ago", (long long)(days / 30));
	return vv_page_text(p, "%lld years ago", (long long)(days / 365));
}

/* False: there is plain text of Git whose rows are not known. */
static bool count_rows(const vv_web_datasets *all, uint64_t *rows)
{
	bool counted = true;

	*rows = 0;
	vv_array_each(all->items, all->tables, it) {
		*rows += it->rows;
		counted = counted && (it->stored || it->document || it->line_count > 0);
	}
	return counted;
}

void vv_page_put_repository(vv_page *p, vv_html *list)
{
	const vv_web_commit *c = &p->asked->commit;
	const char *at = vv_page_to(p, VV_WEB_AT_OVERVIEW, NULL, NULL), *words = NULL;
	vv_html *facts = vv_page_piece_new(p);
	vv_web_datasets all;
	uint64_t rows;

	if (!p->asked->visit) {
		part_repository(list, .name = p->asked->repository, .at = at);
		return;
	}
	if (c->none) {
		part_words(facts, .text = "No version to show yet");
	} else if (vv_web_datasets_read(p->asked->visit, c, TABLES, false, &all, VV_IGNORED) ==
		   VV_OK) {
		bool counted = count_rows(&all, &rows) && !all.more;

		words = description_of(vv_page_package(p));
		part_words(facts, .text = vv_page_counted(p, all.tables, "table", NULL));
		if (all.more) {
			part_words(facts, .text = " or more");
		} else if (counted) {
			part_words(facts,
				   .text = vv_page_text(p, ", %s",
							vv_page_counted(p, rows, "row", NULL)));
		}
		part_words(facts,
			   .text = vv_page_text(p, " \u00b7 changed %s \u00b7 ", days_ago(p, c)));
		vv_page_put_verdict(p, facts, c);
	}
	part_repository(list, .name = p->asked->repository, .at = at, .words = words,
			.facts = facts);
}

/* "+120 -3 ~34 rows since" the release, of all tables; of a version that is one, since the one before. */
static void put_release(vv_page *p, const vv_web_ref *tag, const vv_web_ref *before)
{
	const vv_web_commit *c = &p->asked->commit;
	const vv_web_ref *from = vv_oid_equal(&tag->commit.id, &c->id) ? before : tag;
	vv_html *note = vv_page_piece_new(p);
	uint64_t added = 0, removed = 0, changed = 0;
	vv_web_log_entry e;
	bool known = true;

	if (!from) {
		part_words(note, .text = "this version");
	} else if (vv_web_changes_between(p->asked->visit, &from->commit, c, TABLES, &e,
					  VV_IGNORED) == VV_OK) {
		vv_array_each(e.changes, e.count, k) {
			known = known &&
				(!k->table || k->kind != VV_WEB_CHANGED || k->counts.counted);
			added += k->kind == VV_WEB_ADDED ? k->rows : k->counts.added;
			removed += k->kind == VV_WEB_REMOVED ? k->rows : k->counts.removed;
			changed += k->counts.changed;
		}
		p->passing = p->passing || !known;
		const char *words = vv_page_text(
			p, "%s+%s -%s ~%s rows since", known && !e.more ? "" : "at least ",
			vv_text_count(added), vv_text_count(removed), vv_text_count(changed));

		if (from != tag) {
			words = vv_page_text(p, "%s %s", words, from->name);
		}
		vv_page_put_change_words(p, note, words);
	}
	part_fact_figure(&p->html, .name = "Last release", .figure = tag->name,
			 .at = from ? vv_page_to_compare(p, &from->commit, c, NULL) : NULL,
			 .note = note);
}

/* The signer whose head names this version; verify reports unreadable heads. */
static void put_signer(vv_page *p)
{
	vv_auto(vv_buf) line = VV_BUF_INIT;

	vv_repository *r = p->asked->visit->repo;

	if (vv_head_put_of_commit(&line, r, &p->asked->commit.id,
				  vv_page_is_served(p) ? vv_now_sec() : 0, VV_IGNORED) < 0) {
		return;
	}
	if (line.len > 0) {
		part_quiet(&p->html, .text = vv_page_text(p, "Signed by %s", vv_buf_cstr(&line)));
	} else if (vv_heads_trusted(r)) {
		part_quiet(&p->html,
			   .text = "Not signed: the newest signed head does not have this version");
	}
}

static vv_status put_facts(vv_page *p, const vv_web_datasets *all, vv_error *err)
{
	const vv_web_commit *c = &p->asked->commit;
	const vv_web_ref *newest = NULL, *before = NULL;
	vv_html *by = vv_page_piece_new(p), *check = vv_page_piece_new(p);
	uint64_t rows;
	const bool counted = count_rows(all, &rows);
	vv_web_ref *refs;
	size_t count;
	vv_status rc;

	if ((rc = vv_web_refs(p->asked->visit, 2, &refs, &count, err)) < 0) return rc;
	vv_array_each(refs, count, ref) {
		const vv_web_ref **to = newest ? &before : &newest;

		*to = ref->tag && !*to ? ref : *to;
	}
	part_words(by, .text = vv_page_text(p, "%s, ", c->author));
	part_moment(by, .iso = vv_page_iso(p, c), .text = vv_page_moment(p, c));
	part_facts_begin(&p->html);
	part_fact_figure(&p->html, .name = "Tables",
			 .figure = vv_page_text(p, "%s%s", vv_text_count(all->tables),
						all->more ? "+" : ""));
	if (counted) {
		part_fact_figure(&p->html, .name = "Rows", .figure = vv_page_count(p, rows));
	}
	part_fact_figure(&p->html, .name = "Last change", .figure = days_ago(p, c), .note = by);
	if (newest) {
		put_release(p, newest, before);
	}
	vv_page_put_verdict(p, check, c);
	part_fact_figure(&p->html, .name = "Version", .figure = c->brief, .note = check);
	part_facts_end(&p->html);
	put_signer(p);
	return VV_OK;
}

/* ---- tables, and the last days */

/* A table's last change, if in the log. */
static const vv_web_change *change_of(const vv_web_log *log, const vv_web_dataset *d)
{
	const vv_web_log_entry *e = vv_array_find(log->entries, d->has_last ? log->count : 0, one,
						  vv_oid_equal(&one->commit.id, &d->last.id));

	return e ? vv_array_find(e->changes, e->count, c, strcmp(c->path, d->path) == 0) : NULL;
}

/* Takes the rows of plain text of Git from the last commits, which were compared. */
static void add_rows(vv_page *p, vv_web_dataset *d, const vv_web_log *log)
{
	d->line = vv_arena_calloc(&p->arena, log->count + 1, sizeof(*d->line));
	for (size_t i = log->count; d->line && i-- > 0;) { /* oldest first */
		const vv_web_log_entry *e = &log->entries[i];

		vv_array_each(e->changes, e->count, c) {
			if (c->counts.counted && strcmp(c->path, d->path) == 0) {
				d->rows = c->counts.new_rows;
				d->last = e->commit;
				d->has_last = true;
				d->line[d->line_count++] = (vv_web_rows_then){
					e->commit.time, e->commit.id, d->rows};
			}
		}
	}
}

/* A small line of its rows over time. */
static vv_html *rows_over_time(vv_page *p, const vv_web_dataset *d)
{
	vv_html *h = vv_page_piece_new(p);
	const vv_plot_point *points = vv_plot_rows(p, d);

	if (points) {
		vv_plot_spark(p, h,
			      vv_page_text(p, "Rows over time: from %s to %s",
					   vv_text_count(d->line[0].rows),
					   vv_text_count(d->line[d->line_count - 1].rows)),
			      points, d->line_count);
	}
	return h;
}

/* The difference from a stored table; or NULL. */
static const char *note_of(const vv_web_dataset *d)
{
	if (d->damaged) return "its pointer is damaged";
	if (d->document) return "in a document";
	return d->stored ? NULL : "plain text in Git";
}

/* Rows and columns, or as much as is known. */
static const char *size_of(vv_page *p, const vv_web_dataset *d)
{
	const char *rows = vv_text_counted(d->rows, "row", NULL);

	if (d->stored || d->document) {
		return vv_page_text(p, "%s, %s", rows, vv_text_counted(d->columns, "column", NULL));
	}
	return d->line_count > 0 ? vv_page_text(p, "%s, %s", rows, vv_text_bytes(d->bytes))
				 : vv_page_bytes(p, d->bytes);
}

/* skip: of its path, what its folder's line has. */
static void put_table_line(vv_page *p, const vv_web_dataset *d, size_t skip, const vv_web_log *log)
{
	const vv_web_change *last = log ? change_of(log, d) : NULL;
	vv_html *spark = rows_over_time(p, d); /* empty where rows were always as many */
	const vv_web_rows_then *line = vv_html_is_empty(spark) ? NULL : d->line;

	const char *first = NULL, *newest = NULL, *unread = NULL, *when = NULL;
	vv_html *words = NULL;

	if (line) {
		first = vv_page_count(p, line[0].rows);
		newest = vv_page_count(p, line[d->line_count - 1].rows);
	}
	if (d->unread) {
		unread = vv_page_text(p, "%s not read yet",
				      vv_text_counted(d->unread, "version", NULL));
	}
	if (d->has_last) {
		when = days_ago(p, &d->last);
	}
	if (last && last->words) {
		words = vv_page_change_words(p, last->words);
	}
	part_table_line(&p->html, .name = d->path + skip, .at = vv_page_to_file(p, d->path),
			.note = note_of(d), .rows = size_of(p, d),
			.history = vv_page_to(p, VV_WEB_AT_HISTORY, NULL, d->path), .first = first,
			.line = spark, .newest = newest, .unread = unread, .when = when,
			.words = words);
}

/* The bytes of its folder's name; 0: none. */
static size_t folder_len(const vv_web_dataset *d)
{
	return (size_t)(vv_path_base(d->path) - d->path);
}

static bool same_folder(const vv_web_dataset *a, const vv_web_dataset *b)
{
	return folder_len(a) == folder_len(b) && memcmp(a->path, b->path, folder_len(a)) == 0;
}

/* "europe/: 20 tables, 3,204 rows, changed 2 days ago" */
static const char *folder_words(vv_page *p, const vv_web_dataset *d, size_t count)
{
	const vv_web_dataset *last = d;
	uint64_t rows = 0;

	vv_array_each(d, count, it) {
		rows += it->rows;
		last = it->has_last && it->last.time > last->last.time ? it : last;
	}
	const char *words = vv_page_text(p, "%.*s: %s", (int)folder_len(d), d->path,
					 vv_text_counted(count, "table", NULL));
	if (rows > 0) {
		words = vv_page_text(p, "%s, %s", words, vv_text_counted(rows, "row", NULL));
	}
	return last->has_last ? vv_page_text(p, "%s, changed %s", words, days_ago(p, &last->last))
			      : words;
}

/* It came, and never changed. */
static bool is_still(const vv_web_dataset *d)
{
	return d->line_count == 1 && (d->stored || d->document) && !d->unread;
}

typedef struct listing {
	const vv_web_log *log;
	bool fold;  /* tables of a folder are one line */
	bool apart; /* those that never changed come last */
	bool open;
} listing;

/* folder: told above it; NULL. */
static void put_table(vv_page *p, listing *l, const vv_web_dataset *d, size_t skip,
		      const char *folder)
{
	if (!l->open) {
		part_tables_begin(&p->html);
	}
	l->open = true;
	if (folder) {
		part_tables_folder(&p->html, .name = folder);
	}
	put_table_line(p, d, skip, l->log);
}

static void end_tables(vv_page *p, listing *l)
{
	if (l->open) {
		part_tables_end(&p->html);
	}
	l->open = false;
}

/* Of one folder, or of none. */
static void put_group(vv_page *p, listing *l, const vv_web_dataset *d, size_t count)
{
	const size_t len = folder_len(d);
	bool named = len == 0;

	if (l->fold && len > 0) {
		end_tables(p, l);
		part_fold_begin(&p->html, .text = folder_words(p, d, count));
		named = true;
	}
	vv_array_each(d, count, it) {
		if (l->apart && is_still(it)) {
			continue;
		}
		put_table(p, l, it, len, named ? NULL : vv_page_text(p, "%.*s", (int)len, d->path));
		named = true;
	}
	if (l->fold && len > 0) {
		end_tables(p, l);
		part_fold_end(&p->html);
	}
}

void vv_page_put_tables(vv_page *p, const vv_web_datasets *all, const vv_web_log *log)
{
	const vv_web_dataset *d = all->items;
	listing l = {.log = log, .fold = all->tables > UNFOLDED};
	size_t still = 0;

	vv_array_each(d, all->tables, it) {
		still += is_still(it);
	}
	l.apart = !l.fold && still > 1 && still < all->tables;
	for (int below = 0; below < 2; below++) {
		for (size_t i = 0, count; i < all->tables; i += count) {
			for (count = 1;
			     i + count < all->tables && same_folder(&d[i], &d[i + count]);) {
				count++;
			}
			if ((folder_len(&d[i]) > 0) == (below > 0)) {
				put_group(p, &l, &d[i], count);
			}
		}
	}
	end_tables(p, &l);
	if (!l.apart) return;
	part_fold_begin(&p->html, .text = vv_page_text(p, "%zu tables that never changed", still));
	vv_array_each(d, all->tables, item) {
		if (is_still(item)) {
			put_table(p, &l, item, 0, NULL);
		}
	}
	end_tables(p, &l);
	part_fold_end(&p->html);
}

/* A commit, or some that are alike, newest first: one line. */
static void put_commits(vv_page *p, const vv_web_log_entry *e, size_t count)
{
	const char *subject = vv_page_subject(&e->commit);

	part_day_commit(
		&p->html, .author = e->commit.author, .waits = vv_page_waits(p, &e->commit),
		.words = vv_page_alike_words(p, e, count),
		.subject = count == 1 ? subject
				      : vv_page_text(p, "%zu similar commits: %s", count, subject),
		.at = vv_page_to_commit(p, &e[count - 1].before, &e->commit, NULL));
}

/* The seven days up to the last change, a line a day, those that are alike folded, and all of them in one comparison. */
static void put_days(vv_page *p, const vv_web_log *log)
{
	const int64_t since = p->asked->commit.time - 7 * DAY;
	const char *day = "";
	size_t count = 0;

	while (count < log->count &&
	       (count < LEAST_COMMITS || log->entries[count].commit.time >= since)) {
		count++;
	}
	if (count == 0) return;
	const vv_web_log_entry *oldest = &log->entries[count - 1];
	const vv_web_commit *before = oldest->before.none ? &oldest->commit : &oldest->before;
	part_days_begin(&p->html, .at = vv_page_to_compare(p, before, &p->asked->commit, NULL),
			.words = vv_page_text(p, "All changes since %s in one comparison",
					      vv_page_day(p, before)));
	for (size_t i = 0, same = 1; i < count; i += same) {
		const vv_web_log_entry *e = &log->entries[i];
		const char *own = vv_page_day(p, &e->commit);

		same = vv_page_alike(e, count - i, FOLDED);
		const char *last = vv_page_day(p, &e[same - 1].commit);
		if (strcmp(day, own) != 0 || strcmp(own, last) != 0) {
			part_day(&p->html, .iso = vv_page_iso(p, &e->commit),
				 .day = strcmp(own, last) == 0
						? own
						: vv_page_text(p, "%s to %s", last, own));
			day = last;
		}
		put_commits(p, e, same);
	}
	part_days_end(&p->html);
}

static vv_status put_all(vv_page *p, vv_error *err)
{
	const vv_web_commit *c = &p->asked->commit;
	const vv_web_log_query q = {.from = c, .limit = LAST_COMMITS};
	vv_web_datasets all;
	vv_web_log log;
	vv_status rc;

	/* the log may take all the time that there is */
	if ((rc = vv_web_datasets_read(p->asked->visit, c, TABLES, true, &all, err)) < 0 ||
	    (rc = vv_web_log_read(p->asked->visit, &q, &log, err)) < 0) {
		return rc;
	}
	vv_array_each(all.items, all.tables, it) {
		if (!it->stored && !it->damaged && !it->document) {
			add_rows(p, it, &log);
		}
	}
	vv_page_begin(p, &(vv_page_frame){.title = p->asked->repository,
					  .description = vv_page_text(
						  p, "%s. Last change: %s, %s",
						  vv_text_counted(all.tables, "table", NULL),
						  c->subject, vv_page_day(p, c)),
					  .heading = "Overview",
					  .version = c});
	if ((rc = vv_page_put_conflicts_card(p, err)) < 0) return rc;
	put_description(p);
	put_clone_line(p);
	if ((rc = put_facts(p, &all, err)) < 0) return rc;
	put_not_committed(p);
	vv_page_put_tables(p, &all, &log);
	if (all.more) {
		part_link_paragraph(&p->html, .at = vv_page_to(p, VV_WEB_AT_TREE, c->hex, NULL),
				    .text = "All tables");
	}
	put_days(p, &log);
	return put_readme(p, err);
}

vv_status vv_page_overview(vv_page *p, vv_buf *out, vv_error *err)
{
	if (p->asked->commit.none) {
		vv_page_begin(p, &(vv_page_frame){.title = p->asked->repository,
						  .heading = "Overview",
						  .description = "No version to show yet"});
		part_nothing(&p->html, .text = "No version to show yet.");
	} else {
		vv_status rc = put_all(p, err);
		if (rc < 0) return rc;
	}
	return vv_page_end(p, out, err);
}

/*
 * files: the tables and other files of a version, or of one of its folders; tables and columns by name.
 */
#include <string.h>

#include "base/array.h"
#include "base/show.h"
#include "cmd/web/pages/page.h"
#include "cmd/web/pages/parts.h"

#define FILES 2000u

static void put_others(vv_page *p, const vv_web_datasets *all)
{
	part_subtitle(&p->html, .text = "Other files", .id = "files");
	part_files_begin(&p->html);
	vv_array_each(all->items + all->tables, all->count - all->tables, d) {
		part_file_row(&p->html, .name = d->path, .at = vv_page_to_file(p, d->path),
			      .size = vv_page_bytes(p, d->bytes));
	}
	part_files_end(&p->html);
}

/* Keeps only the tables in a folder or below it. */
static void keep_below(vv_web_datasets *all, const char *folder)
{
	size_t len = folder ? strlen(folder) : 0, kept = 0, tables = 0;

	vv_array_each(all->items, len > 0 ? all->count : 0, d) {
		if (strncmp(d->path, folder, len) == 0 && d->path[len] == '/') {
			tables += d < all->items + all->tables;
			all->items[kept++] = *d;
		}
	}
	if (len > 0) {
		all->count = kept;
		all->tables = tables;
	}
}

vv_status vv_page_files(vv_page *p, vv_buf *out, vv_error *err)
{
	const vv_web_commit *c = &p->asked->commit;
	vv_web_datasets all;
	vv_status rc;

	if ((rc = vv_web_datasets_read(p->asked->visit, c, FILES, true, &all, err)) < 0) return rc;
	keep_below(&all, p->at->path);
	vv_page_begin(
		p, &(vv_page_frame){
			   .title = vv_page_text(p, "%s at %s", p->asked->repository,
						 c->work ? "the work tree" : c->brief),
			   .description = vv_page_text(
				   p, "%s, %s", vv_text_counted(all.tables, "table", NULL),
				   vv_text_counted(all.count - all.tables, "other file", NULL)),
			   .heading = p->at->path ? vv_page_text(p, "%s/", p->at->path) : "Tables",
			   .version = c});
	if (all.tables == 0) {
		part_nothing(&p->html, .text = "No tables here.");
	} else {
		vv_page_put_tables(p, &all, NULL);
	}
	if (all.count > all.tables) {
		put_others(p, &all);
	}
	if (all.more) {
		part_note(&p->html,
			  .text = vv_page_text(
				  p, "Only the first %u files of the version are listed.", FILES));
	}
	return vv_page_end(p, out, err);
}

/* ---- by name */

static void put_found(vv_page *p, const vv_web_found *f)
{
	const vv_web_commit *c = &p->asked->commit;
	bool linked = p->at->rows.search && *p->at->rows.search;
	vv_html *columns = vv_page_piece_new(p);

	vv_array_each(f->columns, f->column_count, name) {
		if (name > f->columns) {
			part_words(columns, .text = ", ");
		}
		part_link(columns, .at = linked ? vv_page_to_column(p, c, f->path, *name) : NULL,
			  .text = *name);
	}
	part_found(&p->html, .name = f->path, .at = vv_page_to(p, VV_WEB_AT_TABLE, c->hex, f->path),
		   .columns = columns);
}

vv_status vv_page_search(vv_page *p, vv_buf *out, vv_error *err)
{
	const vv_web_commit *c = &p->asked->commit;
	const char *words = p->at->rows.search;
	vv_web_found *found;
	size_t count;
	bool complete;
	vv_status rc = vv_web_names_find(p->asked->visit, c, words, &found, &count, &complete, err);

	if (rc < 0) return rc;
	p->passing = p->passing || !complete;
	const char *title = vv_page_text(p, "Tables and columns of %s", p->asked->repository);
	vv_page_begin(p, &(vv_page_frame){.title = title,
					  .description = title,
					  .heading = "Search",
					  .version = c});
	part_find_form(&p->html,
		       .at = vv_page_is_served(p) ? vv_page_to(p, VV_WEB_AT_SEARCH, NULL, NULL)
						  : NULL,
		       .words = words, .rev = p->at->rev);
	part_found_begin(&p->html);
	vv_array_each(found, count, it) {
		put_found(p, it);
	}
	part_found_end(&p->html);
	if (count == 0 && complete) {
		part_nothing(&p->html,
			     .text = words && *words
					     ? "No table or column has this text in its name."
					     : "No tables.");
	}
	if (!complete) {
		vv_page_note_limit(
			p,
			"Some tables were not searched: their data is missing or has expired, the version has too many files, or the time limit was reached.",
			NULL);
	}
	return vv_page_end(p, out, err);
}

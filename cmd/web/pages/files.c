/*
 * files: the datasets and other files of a version, and which versions there are by name.
 */
#include "base/show.h"
#include "cmd/web/pages/page.h"
#include "cmd/web/pages/parts.h"

#define FILES 2000u
#define REFS 30u

static void put_datasets(vv_page *p, const vv_web_datasets *all)
{
	const vv_web_commit *c = &p->asked->commit;

	part_datasets_begin(&p->html);
	for (size_t i = 0; i < all->tables; i++) {
		const vv_web_dataset *d = &all->items[i];
		const char *note = d->damaged   ? "its pointer is damaged"
				   : !d->stored ? "plain text in Git"
						: NULL;
		part_dataset_row(&p->html, .name = vv_html_words(d->path),
				 .at = vv_page_to(p, VV_WEB_AT_DATA, c->hex, d->path),
				 .rows = d->rows, .columns = d->columns,
				 .line = vv_page_dataset_line(p, d),
				 .last = vv_page_dataset_last(p, d), .note = vv_html_words(note));
	}
	part_datasets_end(&p->html);
}

static void put_others(vv_page *p, const vv_web_datasets *all)
{
	part_subtitle(&p->html, .text = vv_html_words("Other files"), .id = vv_html_words("files"));
	part_files_begin(&p->html);
	for (size_t i = all->tables; i < all->count; i++) {
		const vv_web_dataset *d = &all->items[i];
		part_file_row(&p->html, .name = vv_html_words(d->path),
			      .at = vv_page_to(p, VV_WEB_AT_DATA, p->asked->commit.hex, d->path),
			      .size = vv_page_text(p, "%s", vv_text_bytes(d->bytes)));
	}
	part_files_end(&p->html);
}

static vv_status put_versions(vv_page *p, vv_error *err)
{
	vv_web_ref *refs;
	size_t count;
	vv_status rc = vv_web_refs(p->asked->visit, REFS, &refs, &count, err);

	if (rc < 0) return rc;
	part_subtitle(&p->html, .text = vv_html_words("Branches and tags"),
		      .id = vv_html_words("refs"));
	part_refs_begin(&p->html);
	for (size_t i = 0; i < count; i++) {
		const vv_web_ref *r = &refs[i];
		vv_html_url at = vv_page_to(p, VV_WEB_AT_DATA, r->commit.hex, NULL);
		if (at.s) {
			part_ref(&p->html, .at = at, .name = vv_html_words(r->name),
				 .kind = vv_html_words(r->tag    ? "tag"
						       : r->head ? "default"
								 : ""),
				 .day = vv_page_day(p, &r->commit),
				 .compare = vv_oid_equal(&r->commit.id, &p->asked->commit.id)
						    ? (vv_html_url){NULL}
						    : vv_page_to_compare(p, &r->commit,
									 &p->asked->commit, NULL));
		}
	}
	part_refs_end(&p->html);
	return VV_OK;
}

vv_status vv_page_files(vv_page *p, vv_buf *out, vv_error *err)
{
	const vv_web_commit *c = &p->asked->commit;
	vv_html *lead = vv_page_piece_new(p);
	vv_web_datasets all;
	vv_status rc;

	if ((rc = vv_web_datasets_read(p->asked->visit, c, FILES, true, &all, err)) < 0) return rc;
	vv_page_begin(p,
		      &(vv_page_frame){
			      .title = vv_page_text(p, "%s at %s", p->asked->repository,
						    c->work ? "the work tree" : c->brief),
			      .description = vv_page_text(
				      p, "%s, %s", vv_text_counted(all.tables, "dataset", NULL),
				      vv_text_counted(all.count - all.tables, "other file", NULL)),
			      .version = c});
	if (c->work) {
		part_words(lead, .text = vv_html_words("In the work tree, not committed."));
	} else {
		part_words(lead, .text = vv_html_words("As of "));
		part_strong(lead, .text = vv_html_words(c->subject));
		part_words(lead, .text = vv_page_text(p, ", by %s, ", c->author));
		part_moment(lead, .iso = vv_page_iso(p, c), .text = vv_page_moment(p, c));
		part_words(lead, .text = vv_html_words(", commit "));
		part_code(lead, .text = vv_html_words(c->brief));
	}
	part_heading(&p->html, .title = vv_html_words("Datasets"), .lead = lead);
	if (all.tables == 0) {
		part_nothing(&p->html, .text = vv_html_words("No datasets in this version."));
	} else {
		put_datasets(p, &all);
	}
	if (all.count > all.tables) {
		put_others(p, &all);
	}
	if (all.more) {
		part_note(&p->html,
			  .text = vv_page_text(p, "Only the first %u files are listed.", FILES));
	}
	if (!(p->place && p->place->link) && (rc = put_versions(p, err)) < 0) return rc;
	return vv_page_end(p, vv_html_words(NULL), out, err);
}

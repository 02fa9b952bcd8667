/*
 * cite_forms: writes a citation in the forms that others define: BibTeX, CITATION.cff, DataCite.
 */
#include "cmd/varve/commands/published/cite_forms.h"

#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/json/json_list.h"
#include "base/text.h"

void vv_citation_put_authors(vv_buf *b, const vv_citation *x, const char *between)
{
	vv_array_each(x->about.authors, x->about.author_count, it) {
		vv_buf_printf(b, "%s%s", it > x->about.authors ? between : "", vv_text_shows(*it));
	}
}

/* Which bytes these are, and who signed the commit. */
void vv_citation_put_note(vv_buf *b, const vv_citation *x)
{
	vv_buf_printf(b, "%s %s, commit %s", x->s.is_dataset ? "CID" : "Git blob", x->id,
		      x->revision);
	if (x->is_signed) {
		vv_buf_printf(b, ", signed by %s (%s), number %llu",
			      vv_did_key_shows(x->head.record.key),
			      vv_did_words(x->head.record.key),
			      (unsigned long long)x->head.record.number);
	}
}

/* Characters that mean something to TeX are escaped; control characters are blanks. */
static void put_braced(vv_buf *b, const char *name, const char *text)
{
	vv_buf_printf(b, ",\n  %s = {", name);
	for (; *text; text++) {
		if (*text == '\\') {
			vv_buf_puts(b, "\\textbackslash{}");
			continue;
		}
		if (strchr("{}%&#_$", *text)) {
			vv_buf_putc(b, '\\');
		}
		vv_buf_putc(b, vv_is_control(*text) ? ' ' : *text);
	}
	vv_buf_putc(b, '}');
}

void vv_citation_put_bibtex(vv_buf *b, const vv_citation *x)
{
	vv_auto(vv_buf) authors = VV_BUF_INIT, note = VV_BUF_INIT;

	vv_citation_put_authors(&authors, x, " and ");
	vv_citation_put_note(&note, x);
	vv_buf_printf(b, "@misc{%.16s", x->id + strlen(x->id) - 16);
	put_braced(b, "author", vv_buf_cstr(&authors));
	put_braced(b, "title", x->about.title);
	vv_buf_printf(b, ",\n  year = {%.4s}", x->day);
	put_braced(b, "date", x->day);
	if (x->places.count > 0) {
		vv_buf_printf(b, ",\n  howpublished = {\\url{%s}}",
			      vv_text_shows(x->places.items[0]));
	}
	put_braced(b, "note", vv_buf_cstr(&note));
	vv_buf_puts(b, "\n}\n");
}

/* A member of YAML, whose texts may be written as those of JSON. */
static void put_yaml(vv_buf *b, const char *name, const char *text)
{
	vv_buf_printf(b, "%s: ", name);
	vv_json_put_text(b, text, strlen(text));
	vv_buf_putc(b, '\n');
}

/* A licence's name is only valid if it is an identifier of SPDX, so the licence's address is preferred. */
void vv_citation_put_cff(vv_buf *b, const vv_citation *x)
{
	const vv_about *a = &x->about;

	vv_buf_puts(b, "cff-version: 1.2.0\n");
	put_yaml(b, "type", "dataset");
	put_yaml(b, "message", "Please cite this version of the data.");
	put_yaml(b, "title", a->title);
	vv_buf_puts(b, "authors:\n");
	vv_array_each(a->authors, a->author_count, name) {
		put_yaml(b, "  - name", *name);
	}
	if (a->description) {
		put_yaml(b, "abstract", a->description);
	}
	put_yaml(b, "version", a->version ? a->version : x->revision);
	put_yaml(b, "commit", x->revision);
	put_yaml(b, "date-released", x->day);
	if (a->licence_url) {
		put_yaml(b, "license-url", a->licence_url);
	}
	if (x->places.count > 0 && strncmp(x->places.items[0], "https://", 8) == 0) {
		put_yaml(b, "repository", x->places.items[0]);
	}
	vv_buf_puts(b, "identifiers:\n  - type: other\n");
	put_yaml(b, "    value", x->id);
	put_yaml(b, "    description", x->s.is_dataset ? "CID of the table" : "Git blob");
}

static void put_creator(vv_json_out *w, const void *name)
{
	vv_json_put_object(w, {JSON_TEXT("name", *(const char *const *)name)});
}

/* Metadata for a DOI, by the DataCite Metadata Schema 4. The DOI is added with the deposit. The standard value for
 * an unknown publisher is ":unav". */
void vv_citation_put_datacite(vv_buf *b, const vv_citation *x)
{
	const vv_about *a = &x->about;
	char year[5];
	vv_json_out w = vv_json_begin_object(b, 2);

	(void)snprintf(year, sizeof(year), "%.4s", x->day);
	vv_json_put_members(&w, {JSON_TEXT("schemaVersion", "http://datacite.org/schema/kernel-4")},
			    {JSON_OBJECT("types")}, {JSON_TEXT("resourceTypeGeneral", "Dataset")},
			    {JSON_TEXT("resourceType", "Dataset")}, {JSON_END},
			    {JSON_EACH(put_creator, "creators", a->authors, a->author_count)},
			    {JSON_ARRAY("titles")});
	vv_json_put_object(&w, {JSON_TEXT("title", a->title)});
	vv_json_close_array(&w);
	vv_json_put_members(&w, {JSON_OBJECT("publisher")},
			    {JSON_TEXT("name", a->publisher ? a->publisher : ":unav")}, {JSON_END},
			    {JSON_TEXT("publicationYear", year)},
			    {JSON_TEXT("version", a->version ? a->version : x->revision)},
			    {JSON_ARRAY("dates")});
	vv_json_put_object(&w, {JSON_TEXT("date", x->day)}, {JSON_TEXT("dateType", "Issued")});
	vv_json_close_array(&w);
	vv_json_put_members(&w, {JSON_ARRAY("alternateIdentifiers")});
	vv_json_put_object(
		&w, {JSON_TEXT("alternateIdentifierType", x->s.is_dataset ? "CID" : "Git blob")},
		{JSON_TEXT("alternateIdentifier", x->id)});
	vv_json_put_object(&w, {JSON_TEXT("alternateIdentifierType", "Git commit")},
			   {JSON_TEXT("alternateIdentifier", x->revision)});
	vv_json_close_array(&w);
	if (a->licence || a->licence_url) {
		vv_json_put_members(&w, {JSON_ARRAY("rightsList")});
		vv_json_put_object(&w, {JSON_TEXT_WHEN(a->licence, "rights", a->licence)},
				   {JSON_TEXT_WHEN(a->licence_url, "rightsUri", a->licence_url)});
		vv_json_close_array(&w);
	}
	if (a->description) {
		vv_json_put_members(&w, {JSON_ARRAY("descriptions")});
		vv_json_put_object(&w, {JSON_TEXT("description", a->description)},
				   {JSON_TEXT("descriptionType", "Abstract")});
		vv_json_close_array(&w);
	}
	vv_json_close_object(&w);
	vv_buf_putc(b, '\n');
}

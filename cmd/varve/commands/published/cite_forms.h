/*
 * cite_forms: writes a citation in the forms that others define: BibTeX, CITATION.cff, DataCite.
 */
#ifndef VV_CMD_VARVE_CITE_FORMS_H
#define VV_CMD_VARVE_CITE_FORMS_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/file.h"
#include "cmd/frame/command.h"
#include "lib/heads/judge.h"
#include "lib/names/version.h"
#include "lib/publish/about.h"
#include "repo/git/history/commit.h"

/* A version with the members of its citation. */
typedef struct vv_citation {
	vv_context *c;
	vv_subject s;
	vv_commit commit;
	vv_arena arena;
	vv_buf package;      /* the bytes of datapackage.json; empty: there is none */
	vv_about about;      /* of the package; missing members are of the commit */
	vv_head_commit head; /* the newest of those trusted here that reaches the commit */
	bool is_signed;
	vv_string_list places; /* URLs */
	char revision[VV_OID_TEXT + 1], day[16];
	char id[VV_CID_TEXT + 1]; /* the root's CID, or the blob that has the file as text */
} vv_citation;

/* Append the authors, with `between` between two; and the ids of the version, and its signer. */
void vv_citation_put_authors(vv_buf *b, const vv_citation *x, const char *between);
void vv_citation_put_note(vv_buf *b, const vv_citation *x);

/* Append the citation: an entry of BibTeX; a CITATION.cff, version 1.2.0
 * (https://github.com/citation-file-format); the DataCite Metadata Schema 4, as JSON. A DOI, which the
 * archive assigns, is in none of them. */
void vv_citation_put_bibtex(vv_buf *b, const vv_citation *x);
void vv_citation_put_cff(vv_buf *b, const vv_citation *x);
void vv_citation_put_datacite(vv_buf *b, const vv_citation *x);

#endif

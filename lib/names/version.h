/*
 * version: finds and opens the version that REV:PATH, :PATH, PATH or a CID names.
 *
 * A correct caller: vv_subject_init; vv_subject_find; then vv_subject_open for its rows, or
 * vv_subject_bytes for its exact bytes; vv_subject_clear last (after closing the table). Every
 * reading command takes plain text (a CSV, TSV, NDJSON or JSON blob of Git's history, a changed
 * file of the work tree) as well as a stored dataset: plain text is imported into temporary blocks
 * (dataset/format/mem_sink.h), and nothing is stored. PATH#TABLE is a table of a document, unless
 * a file has this name.
 */
#ifndef VV_LIB_NAMES_VERSION_H
#define VV_LIB_NAMES_VERSION_H

#include <stdbool.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/env.h"
#include "base/error.h"
#include "base/thread.h"
#include "dataset/format/mem_sink.h"
#include "dataset/table/bytes.h"
#include "dataset/table/table.h"
#include "diff/rows/file_groups.h"
#include "lib/documents/document.h"
#include "lib/names/content.h"
#include "lib/tables/dataset_reader.h"
#include "repo/git/history/history.h"
#include "repo/git/repository.h"

typedef enum vv_subject_from {
	VV_FROM_CID,    /* a root's CID */
	VV_FROM_COMMIT, /* REV:PATH */
	VV_FROM_INDEX,  /* :PATH */
	VV_FROM_WORK    /* PATH */
} vv_subject_from;

typedef struct vv_subject {
	const char *text; /* the user's argument; borrowed */
	vv_subject_from from;
	char *path; /* repository-relative; NULL for a CID, and outside a repository */
	/* the named table of a document (lib/documents), "Prices" of book.xlsx#Prices; NULL: no
	 * table is named */
	char *table;
	char *file; /* FROM_WORK: the file to open */
	/* the file with the Git LFS object that the blob (or file) points to; NULL: no such file */
	char *lfs;
	vv_oid commit; /* FROM_COMMIT */
	/* the blob's id; null for a CID, and for a work tree file that differs from the index */
	vv_oid blob;
	vv_content content; /* the blob's content, once it was read */
	bool is_dataset;    /* a stored version: root is its CID */
	bool on_disk;       /* FROM_WORK: file contains the content itself (not a pointer) */
	bool settled;       /* FROM_WORK: the file was compared with the index */
	/* code < 0: the blob is an edited or torn pointer. vv_subject_find succeeds, and
	 * vv_subject_open fails with this error */
	vv_error broken;
	vv_cid root;
	/* FROM_WORK: the root of the version in the index; null: the index has no version */
	vv_cid parent;
	vv_repository *repo;       /* borrowed; NULL outside a repository */
	vv_dataset_reader *reader; /* borrowed; NULL outside a repository */
	/* The environment outside a repository, set by the opener after init; borrowed; NULL: empty. */
	const vv_env *env;
	vv_mem_sink *passing;   /* plain text, once opened: its blocks */
	bool lent;              /* passing is owned by another subject */
	vv_file_groups *groups; /* with in_file, unless lent: the file's row groups */
	bool in_file;           /* plain text, once opened: some of its blocks are not in passing */
	vv_scan_cache *raw;     /* plain text, once opened: which bytes its groups are made from */
	vv_group_types types;
	uint64_t raw_secret;
	/* the root that plain text was imported to: opening the subject again does not read it
	 * again */
	vv_cid made;
	/* set it before opening: no document reader is run; VV_EREFUSED if one would be needed */
	bool known;
	bool grid; /* a document, once opened: its rows and columns are those of a sheet */
	/* a document's table, once opened: the store with its cached result (kept_rows.h) */
	vv_store *kept;
	vv_keeping *keeping;        /* the result that is being cached */
	struct vv_reading *reading; /* the work that vv_subject_begin started */
} vv_subject;

void vv_subject_init(vv_subject *s);
void vv_subject_clear(vv_subject *s);
VV_AUTO_CLEAR(vv_subject, vv_subject_clear)

/* Finds the subject that text names. repo and reader may both be NULL: then only files are
 * found. Reads no content except that of a pointer. VV_ENOTFOUND; VV_EUSAGE: a folder, or a
 * submodule. */
vv_status vv_subject_find(vv_subject *s, vv_repository *repo, vv_dataset_reader *reader,
			  const char *text, vv_error *err);

/* Finds the repository-relative path in a commit, or, if commit is NULL, in the index; never in
 * the work tree. path is borrowed. Errors as vv_subject_find. */
vv_status vv_subject_find_at(vv_subject *s, vv_repository *repo, vv_dataset_reader *reader,
			     const vv_oid *commit, const char *path, vv_error *err);

/* Returns the ':' between revision and path in REV:PATH; a ':' inside braces belongs to the
 * revision, as in HEAD^{/fix: typo}. NULL: text has no such ':'. */
const char *vv_subject_colon(const char *text);

/* Returns the length of the part of text that names an existing file: all of text, or the
 * DOCUMENT of DOCUMENT#TABLE; 0: no such file exists. */
size_t vv_subject_file_len(const char *text);

/* Copies a subject that was found but not opened. text is s's text or a copy of it; borrowed. */
vv_status vv_subject_dup(vv_subject *out, const vv_subject *s, const char *text, vv_error *err);

/* Is the subject an edited or torn pointer? If so, err gets the error that vv_subject_open would
 * return. */
bool vv_subject_is_broken(const vv_subject *s, vv_error *err);

/* Compares a work tree file with the index, and sets is_dataset if the file is the stored
 * version. vv_subject_find does not do this since it can require reading the whole file;
 * vv_subject_open does. */
vv_status vv_subject_settle(vv_subject *s, vv_error *err);

/* Finds and settles a subject that must be a stored version of a dataset. VV_EUSAGE: it is not
 * one. The caller clears s, also after a failure. */
vv_status vv_subject_find_stored(vv_subject *s, vv_repository *repo, vv_dataset_reader *reader,
				 const char *text, vv_error *err);

/* Finds a blob by its id. path: the blob's repository-relative name. VV_ENOTFOUND: no such blob. */
vv_status vv_subject_find_blob(vv_subject *s, vv_repository *repo, vv_dataset_reader *reader,
			       const vv_oid *blob, const char *path, const char *text,
			       vv_error *err);

/* Finds the file that text names, inside or outside of the repository; text is never read as a
 * revision or CID. VV_EINPUT: a pointer whose repository is not known. */
vv_status vv_subject_find_file(vv_subject *s, vv_repository *repo, vv_dataset_reader *reader,
			       const char *text, vv_error *err);

/* Options of vv_subject_open. hints: the dialect of plain text (NULL: from datapackage.json, or
 * detected). find_key: also find a key of plain text, which costs a proof over all rows. */
typedef struct vv_subject_options {
	const vv_sniff_hints *hints;
	bool find_key;
	/* the open subject to compare with; or NULL. If both are plain text, common rows are
	 * read once. Clear like after the subject that was opened with it */
	const vv_subject *like;
	bool keep;   /* this subject will be the like of another one */
	bool whole;  /* open a document as a file of bytes, not as a table */
	bool writes; /* the caller will change the file's rows: VV_ENOSUPPORT for a document */
	/* with keep: the subject is compared with another file that can be read again
	 * (vv_subject_is_file), so common row groups need not be encoded. With like: like was
	 * opened with in_file */
	bool in_file;
	/* rows of a stored version in key order can be returned in that order: the caller uses
	 * neither row numbers nor neighbours of a row */
	bool stored;
	/* Reads the rows inside a file named .gz, .zst, .xz or .bz2; not for commands that write it. */
	bool unpack;
	bool as_add; /* plain text: compute the same root as add */
	/* threads for reading plain text; NULL: those of the reader, if it has any */
	vv_pool *pool;
	const vv_progress *progress;
} vv_subject_options;
vv_status vv_subject_open(vv_subject *s, vv_table *out, const vv_subject_options *opts,
			  vv_error *err);

/* Starts the slow part of opening with these options, the reader of a document, so that two
 * subjects are read in parallel. The dataset reader must open nothing else before
 * vv_subject_open, which also reports errors. */
void vv_subject_begin(vv_subject *s, const vv_subject_options *opts);

/* A subject opened as a document, and the temporary file that the document may be read from. */
typedef struct vv_subject_document {
	vv_document document;
	char *temp;
	char known_as[VV_OID_TEXT + 1];
	vv_stat before; /* of a work tree file: its stat when known_as was determined */
} vv_subject_document;
/* Opens the subject as a document. *is false: the bytes are not a document, or no reader
 * supports it. */
vv_status vv_subject_document_open(vv_subject_document *out, bool *is, vv_subject *s,
				   vv_error *err);
void vv_subject_document_close(vv_subject_document *d); /* accepts zeroes */
VV_AUTO_CLEAR(vv_subject_document, vv_subject_document_close)

/* Is the subject a file or blob on its own: plain text without a version in the index? Call
 * vv_subject_settle first. */
bool vv_subject_is_file(const vv_subject *s);
/* Frees the state that opening plain text left; close the opened table first. */
void vv_subject_forget(vv_subject *s);

/* Makes s the named table of its document (table NULL: the whole document). Close its open
 * tables first. */
vv_status vv_subject_take_table(vv_subject *s, const char *table, vv_error *err);

/* Passes the file's exact bytes to fn, in pieces, in order. */
vv_status vv_subject_bytes(vv_subject *s, vv_bytes_fn fn, void *payload,
			   const vv_progress *progress, vv_error *err);
/* Passes the file's bytes to fn, as vv_subject_bytes; a table in another encoding is converted
 * to UTF-8, also in the work tree, as add would read it. */
vv_status vv_subject_text(vv_subject *s, vv_bytes_fn fn, void *payload, const vv_progress *progress,
			  vv_error *err);

/* Returns the subject's name in descriptions and rules: its path, or "DOCUMENT#TABLE" for a
 * document's table. Owned by the caller; NULL: out of memory. */
char *vv_subject_name(const vv_subject *s);

/* Reads a file beside the subject (datapackage.json): from its commit, the index, or
 * the work tree. A vv_package_read_fn; payload is the vv_subject. */
vv_status vv_subject_beside(void *payload, const char *path, vv_buf *out, vv_error *err);

#endif

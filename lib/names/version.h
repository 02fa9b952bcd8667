/*
 * version: finds and opens the version that REV:PATH, :PATH, PATH or a CID names.
 *
 * A correct caller: vv_subject_init; vv_subject_find; then vv_subject_open for its
 * rows, or vv_subject_bytes for its exact bytes; vv_subject_clear last (after closing
 * the table). Every reading command takes plain text (a CSV, TSV, NDJSON or JSON blob
 * of Git's history, a changed file of the work tree) as well as a stored dataset:
 * plain text is imported into passing blocks (dataset/format/mem_sink.h), nothing is stored.
 * PATH#TABLE is a table of a document; a path that is so called comes first.
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
#include "dataset/table/dataset_reader.h"
#include "dataset/table/table.h"
#include "diff/rows/file_groups.h"
#include "lib/documents/document.h"
#include "lib/names/content.h"
#include "repo/git/history/history.h"
#include "repo/git/repository.h"

typedef enum vv_subject_from {
	VV_FROM_CID,    /* a root's CID */
	VV_FROM_COMMIT, /* REV:PATH */
	VV_FROM_INDEX,  /* :PATH */
	VV_FROM_WORK    /* PATH */
} vv_subject_from;

typedef struct vv_subject {
	const char *text; /* as the user wrote it; borrowed */
	vv_subject_from from;
	char *path; /* repository-relative; NULL for a CID, and outside a repository */
	char *table; /* of a document (lib/documents), if one is named: "Prices" of book.xlsx#Prices */
	char *file; /* FROM_WORK: the file to open */
	/* the blob (or file) is a pointer of Git LFS, and this file contains its object */
	char *lfs;
	vv_oid commit; /* FROM_COMMIT */
	vv_oid blob;   /* null for a CID and for work tree files that the index does not have so */
	vv_content content; /* of the blob, if it has been read (there) */
	bool is_dataset;    /* a stored version: root is its CID */
	bool on_disk;       /* FROM_WORK: file contains the content itself (not a pointer) */
	bool settled;       /* FROM_WORK: it has been compared with the index */
	/* code < 0: the blob is a pointer that was edited or torn, and this is what opening it answers; it is found all
	 * the same */
	vv_error broken;
	vv_cid root;
	vv_cid parent;       /* FROM_WORK: the version in the index, if there is one; else null */
	vv_repository *repo; /* borrowed; NULL outside a repository */
	vv_dataset_reader *reader; /* borrowed; NULL outside a repository */
	/* The environment outside a repository, set by the opener after init; borrowed; NULL: empty. */
	const vv_env *env;
	vv_mem_sink *passing;   /* the blocks of plain text, once opened */
	bool lent;              /* passing is that of another subject */
	vv_file_groups *groups; /* with in_file, unless lent: the others' */
	bool in_file;           /* of plain text, once opened: not all blocks are in passing */
	vv_scan_cache *raw;     /* of plain text, once opened: what its groups' bytes are */
	vv_group_types types;
	uint64_t raw_secret;
	vv_cid made; /* the root that plain text became; opened again, it is not read again */
	bool known; /* set before it is opened: a document's reader is not run; VV_EREFUSED if it has to be */
	bool grid; /* of a document, once opened: its rows and columns are a sheet's */
	/* of a table of a document, once opened, that was made before (kept_rows.h) */
	vv_store *kept;
	vv_keeping *keeping;        /* its result is being cached */
	struct vv_reading *reading; /* of vv_subject_begin */
} vv_subject;

void vv_subject_init(vv_subject *s);
void vv_subject_clear(vv_subject *s);
VV_AUTO_CLEAR(vv_subject, vv_subject_clear)

/* Finds what text names. repo and stage may both be NULL: then only files. Nothing is
 * read but a pointer. VV_ENOTFOUND, VV_EUSAGE (a folder, a submodule). */
vv_status vv_subject_find(vv_subject *s, vv_repository *repo, vv_dataset_reader *reader,
			  const char *text, vv_error *err);

/* The same for a path of a commit, or (commit NULL) of the index, from the top: no file of the
 * work tree can be treated as it, whatever it is called. path is borrowed. */
vv_status vv_subject_find_at(vv_subject *s, vv_repository *repo, vv_dataset_reader *reader,
			     const vv_oid *commit, const char *path, vv_error *err);

/* The ':' between revision and path in REV:PATH; one inside braces belongs to the revision, as in HEAD^{/fix:
 * typo}. NULL if it does not exist. */
const char *vv_subject_colon(const char *text);

/* How much of text names a file that exists: all of it, or the DOCUMENT of DOCUMENT#TABLE; 0: none. */
size_t vv_subject_file_len(const char *text);

/* Copies a subject that was found and not opened. text (s's, or a copy) is borrowed. */
vv_status vv_subject_dup(vv_subject *out, const vv_subject *s, const char *text, vv_error *err);

/* Is it a pointer that was edited or torn? Then err is what opening it answers. */
bool vv_subject_is_broken(const vv_subject *s, vv_error *err);

/* Compares a file of the work tree with the index, which find does not do since it can require
 * reading the whole file: afterwards is_dataset is set if it is the stored version. open does it by
 * itself. */
vv_status vv_subject_settle(vv_subject *s, vv_error *err);

/* Finds and settles, for what wants a stored version of a dataset and nothing else: VV_EUSAGE. The
 * caller clears s in any case. */
vv_status vv_subject_find_stored(vv_subject *s, vv_repository *repo, vv_dataset_reader *reader,
				 const char *text, vv_error *err);

/* The same for a blob that git names by its id alone; path: its name, relative to the top.
 * VV_ENOTFOUND: no such blob. */
vv_status vv_subject_find_blob(vv_subject *s, vv_repository *repo, vv_dataset_reader *reader,
			       const vv_oid *blob, const char *path, const char *text,
			       vv_error *err);

/* The same for a word that is certainly a file, inside or outside of the repository. */
vv_status vv_subject_find_file(vv_subject *s, vv_repository *repo, vv_dataset_reader *reader,
			       const char *text, vv_error *err);

/* Its rows. How plain text is read: hints (NULL: found out, or datapackage.json);
 * find_key: also look for its key (costs a proof over all rows). */
typedef struct vv_subject_options {
	const vv_sniff_hints *hints;
	bool find_key;
	/* NULL, or the subject to compare with, already open. If both are plain text, common rows are
	 * read once. like is cleared last. */
	const vv_subject *like;
	bool keep;   /* it will be like for another one */
	bool whole;  /* of a document no table, but the file of bytes that it is */
	bool writes; /* its rows are to be written into the file: VV_ENOSUPPORT for a document */
	/* With keep, for a file that can be read again (vv_subject_is_file): it is compared with such a file, so that
	 * common row groups need not be encoded. With like: if like is opened with in_file */
	bool in_file;
	bool stored; /* of a stored version in key order the rows are wanted in that order: no number of a
			* row and no neighbour of it is looked at */
	/* Reads the rows inside a file named .gz, .zst, .xz or .bz2; not for commands that write it. */
	bool unpack;
	bool as_add;   /* plain text: its root is the same as add would compute */
	vv_pool *pool; /* threads that plain text is read with; NULL: the reader's, if any */
	const vv_progress *progress;
} vv_subject_options;
vv_status vv_subject_open(vv_subject *s, vv_table *out, const vv_subject_options *opts,
			  vv_error *err);

/* Starts slow work of opening with these options: the reader of a document, so that two of them run in parallel. Its dataset
 * reader must open nothing else before vv_subject_open, which also reports errors. */
void vv_subject_begin(vv_subject *s, const vv_subject_options *opts);

/* The document that its bytes are, opened, and the temporary file that it may be read from. */
typedef struct vv_subject_document {
	vv_document document;
	char *temp;
	char known_as[VV_OID_TEXT + 1];
	vv_stat before; /* of a file of the work tree, when its bytes became known */
} vv_subject_document;
/* *is false: its bytes are none, or nothing here can read them. */
vv_status vv_subject_document_open(vv_subject_document *out, bool *is, vv_subject *s,
				   vv_error *err);
void vv_subject_document_close(vv_subject_document *d); /* accepts zeroes */
VV_AUTO_CLEAR(vv_subject_document, vv_subject_document_close)

/* Is it a file or blob that is alone: plain text with no version before it? After settle. */
bool vv_subject_is_file(const vv_subject *s);
/* Drops the state that opening plain text left; the opened table must be closed. */
void vv_subject_forget(vv_subject *s);

/* Makes it this table of the document (NULL: the whole document). Close its open tables first. */
vv_status vv_subject_take_table(vv_subject *s, const char *table, vv_error *err);

/* The file's exact bytes, in pieces, in order. */
vv_status vv_subject_bytes(vv_subject *s, vv_bytes_fn fn, void *payload,
			   const vv_progress *progress, vv_error *err);
/* Its text: the same, but of a table in another encoding in UTF-8, that of the work tree, too, as add would read it. */
vv_status vv_subject_text(vv_subject *s, vv_bytes_fn fn, void *payload, const vv_progress *progress,
			  vv_error *err);

/* Its name in descriptions and rules: its path, or "DOCUMENT#TABLE" for a document's table; owned by the caller;
 * NULL: out of memory. */
char *vv_subject_name(const vv_subject *s);

/* Reads a file beside the subject (datapackage.json): from its commit, the index, or
 * the work tree. A vv_package_read_fn; payload is the vv_subject. */
vv_status vv_subject_beside(void *payload, const char *path, vv_buf *out, vv_error *err);

#endif

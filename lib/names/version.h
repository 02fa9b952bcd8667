/*
 * version: finds and opens the version that the user gives as REV:PATH, :PATH, PATH or a CID. Such
 * a version is called a subject.
 *
 * A correct caller zeroes a vv_subject, calls vv_subject_find, then vv_subject_open for the rows or
 * vv_subject_bytes for the exact bytes, closes the table, and last calls vv_subject_clear, also
 * after a failure. A caller that needs only the rows calls vv_table_at_open (table_at.h), which
 * does all this.
 *
 * A subject is a stored dataset or plain text: a CSV, TSV, NDJSON or JSON blob in Git's history, or
 * a changed file of the work tree. Plain text is imported into temporary blocks
 * (dataset/table/mem_sink.h), and nothing is stored. PATH#TABLE is a table of a document, unless a
 * file has this name.
 */
#ifndef VV_LIB_NAMES_VERSION_H
#define VV_LIB_NAMES_VERSION_H

#include <stdbool.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/env.h"
#include "base/error.h"
#include "base/thread.h"
#include "dataset/schema/package.h"
#include "dataset/table/bytes.h"
#include "dataset/table/import_options.h"
#include "dataset/table/table.h"
#include "lib/documents/document.h"
#include "lib/names/content.h"
#include "lib/names/unpacked.h"
#include "lib/tables/dataset_reader.h"
#include "repo/git/history/history.h"
#include "repo/git/repository.h"

typedef struct vv_file_groups vv_file_groups;

/* The form in which the user gave a subject. */
typedef enum vv_subject_from {
	VV_FROM_CID,    /* the CID of a root */
	VV_FROM_COMMIT, /* REV:PATH */
	VV_FROM_INDEX,  /* :PATH */
	VV_FROM_WORK    /* PATH */
} vv_subject_from;

/* The blocks of a subject that varve does not store: of plain text, or of a table of a document. All
 * zero before vv_subject_open, and after vv_subject_forget. */
typedef struct vv_subject_blocks {
	vv_mem_sink *passing; /* the sink with the blocks */
	bool lent;            /* `passing` is owned by another subject */
	bool in_file;         /* some of the blocks are not in `passing` */
	/* if in_file is set and `lent` is not: the row groups of the file */
	vv_file_groups *groups;
	vv_scan_cache *raw;   /* the bytes from which the row groups are made */
	vv_group_types types; /* types of the columns of these groups */
	uint64_t raw_secret;  /* seed of the hashes in `raw` */
	/* a table of a document: the store with its cached rows (kept_rows.h) */
	vv_store *kept;
	vv_keeping *keeping;        /* the rows that are being cached */
	struct vv_reading *reading; /* the work that vv_subject_begin has started */
} vv_subject_blocks;

/* One value = one subject. */
typedef struct vv_subject {
	const char *text; /* argument of the user; borrowed */
	vv_subject_from from;
	char *path; /* relative to the repository; NULL for a CID, and outside of a repository */
	/* the table of a document (lib/documents), such as "Prices" in book.xlsx#Prices; NULL: no
	 * table is given */
	char *table;
	char *file; /* VV_FROM_WORK: path of the file to open */
	/* path of the Git LFS object to which the blob or file points; NULL: it does not
	 * point to one */
	char *lfs;
	vv_oid commit; /* VV_FROM_COMMIT: the commit of REV */
	/* id of the blob; null for a CID, and for a file of the work tree, unless vv_subject_settle
	 * found that it equals the index */
	vv_oid blob;
	/* description of the blob or of the pointer in the work tree, once it was read */
	vv_content content;
	bool is_dataset; /* the subject is a stored version, whose root has the CID `root` */
	bool on_disk;    /* VV_FROM_WORK: file has the content itself, not a pointer */
	bool settled;    /* VV_FROM_WORK: the file was compared with the index */
	/* VV_FROM_WORK: set by the caller after vv_subject_find, if it has just found that the file is
	 * not the version in the index: it is not compared again */
	bool edited;
	/* after VV_EUSAGE: the version exists, but is not one table: it is a folder, a submodule,
	 * or a document with several tables of which none is named */
	bool no_table;
	/* code < 0: the blob is an edited or damaged pointer. vv_subject_find then succeeds, but
	 * vv_subject_open fails with this error */
	vv_error broken;
	vv_cid root;
	/* VV_FROM_WORK, after vv_subject_settle: root of the version in the index; for a path in
	 * conflict, of the merged version; null: no version */
	vv_cid parent;
	vv_repository *repo;       /* borrowed; NULL outside of a repository */
	vv_dataset_reader *reader; /* borrowed; NULL outside of a repository */
	/* the environment outside of a repository, set by the caller beforehand;
	 * borrowed; NULL: an empty environment */
	const vv_env *env;
	/* plain text, after opening: it has no bytes, and columns, form and key of the version
	 * before it that has some */
	bool no_bytes;
	/* the root to which plain text was imported; opening the subject again does not read the
	 * text again */
	vv_cid made;
	/* set by the caller before opening: do not run the reader of a document. Opening then fails
	 * with VV_EREFUSED if the rows of the document are not cached */
	bool known;
	bool grid;        /* a document, after opening: rows and columns are those of a sheet */
	bool of_document; /* after opening: the table is one of a document */
	vv_subject_blocks own; /* the blocks of plain text, after opening */
} vv_subject;

void vv_subject_clear(vv_subject *s);
VV_AUTO_CLEAR(vv_subject, vv_subject_clear)

/* One value = what names a version, in one of four ways. All pointers are borrowed. */
typedef struct vv_version_name {
	/* as the user gave it: REV:PATH, :PATH, PATH or a CID */
	const char *word;
	/* path of a file, inside or outside of the repository, never read as a revision or CID. In a
	 * bare repository, and outside of the work tree, the file is read as one without a
	 * repository */
	const char *file;
	/* path, relative to the repository, in *commit; in the index if both commit and blob are
	 * NULL; never in the work tree */
	const char *path;
	const vv_oid *commit;
	/* *blob, which has the name `path`; its description is read from *commit, or from the index
	 * if commit is NULL */
	const vv_oid *blob;
	/* its name in messages about a version that was found; NULL: the word, file or path */
	const char *shown;
} vv_version_name;

/* Finds the version that *name names, and sets *s to it. *s must be all zero, except for `env`.
 * repo and reader may both be NULL: then only files are found. Reads no content, except of a
 * pointer. VV_ENOTFOUND: the version does not exist. VV_EUSAGE: it is a folder or a submodule, or
 * a path outside of the work tree. VV_EMISSING: an object of Git LFS is missing here.
 * VV_ENOSUPPORT: a newer varve wrote the pointer. VV_EINPUT: the file is a pointer, and repo is
 * NULL. */
vv_status vv_subject_find(vv_subject *s, vv_repository *repo, vv_dataset_reader *reader,
			  const vv_version_name *name, vv_error *err);

/* Returns the ':' between revision and path in `text`, which has the form REV:PATH; NULL if there
 * is none. A ':' inside of braces, as in HEAD^{/fix: typo}, or in a time, as in "yesterday 18:00",
 * belongs to the revision. */
const char *vv_subject_colon(const char *text);

/* Returns the length of the part of text that is the path of an existing file: all of text, or the
 * DOCUMENT of DOCUMENT#TABLE. Returns 0 if no such file exists. */
size_t vv_subject_file_len(const char *text);

/* Sets *out to a copy of s that is found but not opened, whether or not s is open. text: the text
 * of s, or a copy of it; borrowed. */
vv_status vv_subject_dup(vv_subject *out, const vv_subject *s, const char *text, vv_error *err);

/* Returns true if the subject is text that Git has, of which varve stores no version. Call vv_subject_settle first. */
static inline bool vv_subject_is_git_text(const vv_subject *s)
{
	return !s->is_dataset && !s->table && vv_cid_is_null(&s->parent);
}

/* Returns true if the subject is an edited or damaged pointer. Then sets *err, if err is not NULL,
 * to the error that vv_subject_open would return. */
bool vv_subject_is_broken(const vv_subject *s, vv_error *err);

/* Settles s, a file of the work tree: compares it with the index, sets `parent`, and sets
 * is_dataset if the file is the stored version. Does nothing for other subjects. vv_subject_find
 * does not do this, because it can require reading the whole file; vv_subject_open does. */
vv_status vv_subject_settle(vv_subject *s, vv_error *err);

/* Finds and settles the version that the user gave as `text`, which must be stored. VV_EUSAGE: it
 * is not a stored version. The caller clears s, also after a failure. */
vv_status vv_subject_find_stored(vv_subject *s, vv_repository *repo, vv_dataset_reader *reader,
				 const char *text, vv_error *err);

/* One value = the options of one call of vv_subject_open. */
typedef struct vv_subject_options {
	/* the dialect of plain text, which overrides datapackage.json; NULL: from datapackage.json,
	 * or detected */
	const vv_sniff_hints *hints;
	bool find_key; /* also find a key of plain text, which must be proved by all rows */
	/* the open subject with which this one will be compared; may be NULL. If both are plain
	 * text, rows that both have are read only once. The caller clears `like` after this
	 * subject */
	const vv_subject *like;
	/* if the bytes of plain text allow several forms, the form of this version is used; may be
	 * NULL. If the index has a version, that one is used instead */
	const vv_root *before;
	bool keep;   /* this subject will be the `like` of another subject */
	bool whole;  /* open a document as a file, not as a table */
	bool writes; /* the caller will change rows of the file: VV_ENOSUPPORT for a document */

	/* if `keep` is set: the subject will be compared with another file that can be read again
	 * (vv_subject_is_file), so row groups that both have need not be encoded; if `like` is set:
	 * the subject `like` was opened with in_file */
	bool in_file;
	/* rows of a stored version in key order may be returned in that order: the caller uses
	 * neither row numbers nor the order of rows */
	bool stored;
	/* read the rows in a file named .gz, .zst, .xz or .bz2; not for commands that write the
	 * file */
	bool unpack;
	/* one of many versions that the caller reads: if its rows are missing, the error has no
	 * hint, since the caller continues without them */
	bool one_of_many;
	/* for vv_table_at_open: if rows of text that Git has are longer than the header, the table
	 * has further columns (long_rows.h), in place of VV_EINPUT */
	bool long_rows;
	bool as_add; /* plain text: the root must be the one that add would make */
	/* a file of the work tree: each CRLF is read as LF, as Git stores the file; not with in_file */
	bool as_lf;
	/* threads for reading plain text; NULL: those of the reader, if any */
	vv_pool *pool;
	const vv_progress *progress;
	/* for vv_subject_way_open: the description of plain text, which is then read as a table in
	 * any case, and without the description's key; NULL: the description is searched for */
	const vv_package_resource *package;
	/* plain text that has neither a description nor a version in the index gets the types of
	 * this version; may be NULL */
	const vv_root *types;
} vv_subject_options;
/* Opens the subject s as the table *out. opts may be NULL. VV_EINPUT: the subject is an edited or
 * damaged pointer (s->broken), or the text is not a table. VV_ENOTFOUND: the document has no such
 * table. VV_EUSAGE: the document has several tables, and the subject names none. VV_EMISSING:
 * blocks of the version are missing here. */
vv_status vv_subject_open(vv_subject *s, vv_table *out, const vv_subject_options *opts,
			  vv_error *err);

/* VV_EMISSING, with the reason and the nearest stored version: the rows of a stored version have expired, and are
 * not here. */
vv_status vv_subject_refuse_expired(const vv_subject *s, vv_error *err);

/* Starts the reader of a document, which is the slow part of vv_subject_open, so that two documents
 * are read in parallel. Does nothing for other subjects. opts must not be NULL. The caller then
 * calls vv_subject_open with the same opts, which also reports errors; until then, the dataset
 * reader must not open anything else. */
void vv_subject_begin(vv_subject *s, const vv_subject_options *opts);

/* One value = the bytes of one subject. It must not be moved while it is open. */
typedef struct vv_subject_source {
	vv_source source;              /* the bytes, read by means of the following members */
	int fd;                        /* descriptor of the file; -1: none is open */
	vv_fd_source file;             /* the bytes of the file */
	vv_mem_source memory;          /* the bytes of `blob` */
	vv_buf blob;                   /* the content of a blob in Git */
	vv_table stored;               /* a file that varve stores */
	vv_table_source *stored_bytes; /* the bytes of `stored` */
	vv_unpacked *unpacked;         /* the bytes inside of a compressed file */
} vv_subject_source;
#define VV_SUBJECT_SOURCE_INIT                                                                     \
	{                                                                                          \
		.fd = -1                                                                           \
	}
/* Opens the bytes of s as *out: the bytes of a file, a blob, an LFS object or a file that varve
 * stores. The caller closes *out, also after a failure. */
vv_status vv_subject_source_open(vv_subject_source *out, const vv_subject *s, vv_error *err);
/* Opens the bytes of the file of t as *out; t must outlive *out. name: name of the file in
 * messages; borrowed. */
vv_status vv_subject_source_of(vv_subject_source *out, vv_table *t, const char *name,
			       vv_error *err);
/* Decompresses the bytes of *b, a compressed file: b->source then has the decompressed bytes. */
vv_status vv_subject_source_unpack(vv_subject_source *b, vv_error *err);
void vv_subject_source_close(vv_subject_source *b);
VV_AUTO_CLEAR(vv_subject_source, vv_subject_source_close)
/* Returns the folder for temporary files of s, borrowed. */
const char *vv_subject_temp_dir(const vv_subject *s);
/* Returns true if the subject's name is that of a compressed file. */
bool vv_subject_is_packed(const vv_subject *s);

/* One value = the options for importing the plain text of one subject, as add would import it: with
 * its description, and with the version in the index (parent), which determines form and types and
 * has the unchanged rows. */
typedef struct vv_subject_way {
	vv_import_options io;          /* borrows from the other members and from the options */
	vv_package_resource described; /* the description */
	vv_schema schema;              /* with the description's key */
	bool has_key;                  /* io.key is the description's */
	/* the version in the index; of a file without bytes, else the version before it */
	vv_table parent;
	vv_subject past;           /* that version before it */
	bool has_parent, has_past; /* `parent` is open; and is `past` */
	vv_scan_cache *cache;      /* the scan cache of the file; may be NULL */
} vv_subject_way;
/* Sets *out to the options for importing s, for which vv_subject_settle was called. opts must not
 * be NULL. The caller closes *out, also after a failure. */
vv_status vv_subject_way_open(vv_subject_way *out, vv_subject *s, const vv_subject_options *opts,
			      vv_error *err);
void vv_subject_way_close(vv_subject_way *w); /* w may be zeroed */
VV_AUTO_CLEAR(vv_subject_way, vv_subject_way_close)

/* One value = one subject that was opened as a document. */
typedef struct vv_subject_document {
	vv_document document; /* the open document */
	char *temp; /* path of the temporary file from which the document is read; NULL: none */
	char known_as[VV_OID_TEXT + 1]; /* id of the bytes, for document.known_as */
	vv_stat before;  /* a file of the work tree: its metadata when known_as was computed */
	vv_error unread; /* code VV_ENOSUPPORT: why no reader was found; else code 0 */
} vv_subject_document;
/* Opens s as the document *out, which must be all zero, and sets *is to true. Sets *is to false if
 * the bytes are not a document, or no reader supports it. The caller closes *out, also after a
 * failure. VV_ENOTFOUND: s names a table, but no reader supports the file. */
vv_status vv_subject_document_open(vv_subject_document *out, bool *is, vv_subject *s,
				   vv_error *err);
void vv_subject_document_close(vv_subject_document *d); /* d may be zeroed */
VV_AUTO_CLEAR(vv_subject_document, vv_subject_document_close)

/* Returns true if the subject is a single file or blob: plain text without a version in the index.
 * The caller calls vv_subject_settle first. */
bool vv_subject_is_file(const vv_subject *s);
/* Frees the members of s that opening it as plain text has set. The caller closes the opened table
 * first. */
void vv_subject_forget(vv_subject *s);

/* Changes s to the table with the name `table` of its document, or, if table is NULL, to the whole
 * document. The caller closes its open tables first. */
vv_status vv_subject_take_table(vv_subject *s, const char *table, vv_error *err);

/* Passes the exact bytes of the subject's file to fn, in order, in several calls. A table of a
 * document is passed as CSV. VV_EINPUT: the subject is an edited or damaged pointer. */
vv_status vv_subject_bytes(vv_subject *s, vv_bytes_fn fn, void *payload,
			   const vv_progress *progress, vv_error *err);
/* Passes the bytes of the subject's file to fn as vv_subject_bytes does, but converts a table that
 * varve stores to UTF-8 if it has another encoding. Does so also for a file of the work tree if its
 * version in the index is a table. */
vv_status vv_subject_text(vv_subject *s, vv_bytes_fn fn, void *payload, const vv_progress *progress,
			  vv_error *err);

/* Returns the name of the subject in descriptions and rules: its path, or "DOCUMENT#TABLE" for a
 * table of a document. s->path must be set. The caller frees the result. NULL if out of memory. */
char *vv_subject_name(const vv_subject *s);

/* Appends the content of the file `path`, such as a datapackage.json, to out. Reads it from the
 * commit, the index, or the work tree, depending on where the subject is. Has the type
 * vv_package_read_fn; payload is a vv_subject. VV_ENOTFOUND: the file does not exist. */
vv_status vv_subject_beside(void *payload, const char *path, vv_buf *out, vv_error *err);

#endif

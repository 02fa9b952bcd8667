/*
 * typed_row: the row, and the computed column, that typed words are about; for typed_line.h.
 */
#ifndef VV_CMD_FRAME_TYPED_ROW_H
#define VV_CMD_FRAME_TYPED_ROW_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/file.h"
#include "cmd/frame/typed.h"

/* Is it one of the words between others that mean nothing by themselves, "the", "of"? */
bool vv_typed_may_fill(const char *word);
/* Is it such a word, and not a column of the file? */
bool vv_typed_is_filler(const vv_typed *t, const char *word);

/* Returns the first cell of the only row of the file that has the text, in the column `of` if that is not NULL, and
 * appends a condition for it, such as item = 'plum'. Returns NULL if no row or several rows have the text, or if,
 * without `of`, it is in a first cell. The caller frees it. */
char *vv_typed_find_row(const char *file, const char *of, const char *name, vv_buf *where);

/* Returns the key of the row that the words name: by --row, "item=fig", a cell, or a number; NULL: none. The caller
 * frees it. */
char *vv_typed_row_key(const vv_typed *t);

/* Appends the key and the values of a row. The key's column is not known: if the key comes from a condition or from
 * the first value, --if is added, which checks it in the row. added: no row has the key yet. Returns false, with the
 * placeholder appended, if words are missing. */
bool vv_typed_put_row(vv_buf *line, const vv_typed *t, bool added);

/* Appends the words such as price=9.99 before "where"; likewise. */
bool vv_typed_put_values(vv_buf *line, const vv_typed *t);
/* Returns the condition after "where", which may be in room, or "true". */
const char *vv_typed_given(vv_buf *room, const vv_typed *t, const char *text);

/* Appends the arguments of awk that compute "price=price*2 where id=1" in the file; likewise. */
bool vv_typed_put_computed(vv_buf *line, const vv_typed *t);

/* Returns DEFAULTED. */
const char *vv_typed_defaulted(vv_buf *room, const vv_typed *t, const char *text);

/* Appends the arguments of awk that put a value into the empty cells of a column, "stock 0"; likewise. */
bool vv_typed_put_filled(vv_buf *line, const vv_typed *t);

#endif

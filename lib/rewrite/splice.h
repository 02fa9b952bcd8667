/*
 * splice: some cells of a line written anew, all other bytes of it as they are. For lines that their dialect does not
 * give (quotes where no habit has them, members in another order, blanks).
 */
#ifndef VV_LIB_REWRITE_SPLICE_H
#define VV_LIB_REWRITE_SPLICE_H

#include "base/buf.h"
#include "dataset/format/cell.h"
#include "dataset/format/dialect.h"

/* line: without its row end. changed: for each column, whether its cell is to be written; names: of JSON's members. False: the line has not all those cells; out is as it
 * was. */
bool line_splice(vv_buf *out, const vv_dialect *d, const char *line, size_t len,
		 const vv_cell *cells, const bool *changed, const char *const *names,
		 size_t columns);

#endif

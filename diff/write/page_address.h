/*
 * page_address: where pages (of varve-web, or exported ones) show a row of a version.
 *
 * The grammar of all addresses is at the top of cmd/web/address.h; this is the part of it that comments link to.
 */
#ifndef VV_DIFF_WRITE_PAGE_ADDRESS_H
#define VV_DIFF_WRITE_PAGE_ADDRESS_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "dataset/format/cell.h"

/* Appends the address of the row with this key, or without one (count 0) of the row `number` (0-based). base: the address of the
 * repository's pages, with or without '/' at its end. Characters that HTML or Markdown would interpret are written as %XX; of
 * base those that end an attribute. */
void vv_page_row_put(vv_buf *out, const char *base, const char *commit, const char *path,
		     const vv_cell *const *key, size_t count, uint64_t number);

#endif

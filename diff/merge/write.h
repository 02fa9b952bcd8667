/*
 * write: the result's bytes, pulled.
 */
#ifndef VV_DIFF_MERGE_WRITE_H
#define VV_DIFF_MERGE_WRITE_H

#include "diff/merge/state.h"

vv_status merge_writer_open(merge *m, vv_error *err);
ssize_t merge_writer_read(void *payload, void *buf, size_t len, vv_error *err);
uint64_t merge_writer_rows(const merge *m);
void merge_writer_close(merge *m);

#endif

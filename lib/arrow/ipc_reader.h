/*
 * ipc_reader: reads Arrow's two forms of files as an Arrow C stream.
 *
 * The bytes are not trusted: each batch is validated whole before it is returned, so that reading it by the rules of the
 * interface stays inside of it, and its text is UTF-8. Memory: one batch and the dictionaries, 2 GiB at most; allocated by
 * arriving bytes, not by announced lengths.
 *
 * Format: Apache Arrow, "The Arrow columnar format", section "Serialization and Interprocess Communication (IPC)": the streaming
 * format, and the file format, which is read from front to back; versions V4 and V5; buffers may be compressed with zstd or LZ4. A
 * stream without its end mark counts as cut off, though writers may leave it out.
 */
#ifndef VV_LIB_ARROW_IPC_READER_H
#define VV_LIB_ARROW_IPC_READER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "dataset/read/source.h"
#include "varve/arrow.h"

#define VV_ARROW_HEAD 8u

/* Do the first VV_ARROW_HEAD bytes of a file show one of the two Arrow forms? No text file begins like them. */
bool vv_arrow_ipc_looks_like(const void *head, size_t len);

/* Reads the schema. The source is copied, its payload borrowed until the stream is released. The stream's schema lives as long
 * as the stream; a batch is released as a whole, and its children and dictionaries are not to be moved out of it. VV_EINPUT:
 * neither of the two formats, cut off or damaged. VV_ENOSUPPORT: a type that a table cannot have, or a feature that varve does
 * not read. */
vv_status vv_arrow_ipc_read(struct ArrowArrayStream *out, const vv_source *source, vv_error *err);

#endif

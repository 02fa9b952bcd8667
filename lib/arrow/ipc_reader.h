/*
 * ipc_reader: reads both Arrow file formats, and returns their rows as an Arrow C stream.
 *
 * The bytes are not trusted. Each batch is validated completely before it is returned: a consumer
 * that follows the rules of the C data interface reads only memory of the batch, and texts are
 * valid UTF-8. A batch and the dictionaries together have at most 2 GiB. Memory is allocated as
 * bytes arrive, not by the lengths that the stream declares.
 *
 * Format: Apache Arrow, "The Arrow columnar format", section "Serialization and Interprocess
 * Communication (IPC)": the streaming format and the file format; versions V4 and V5; buffers may
 * be compressed with zstd or LZ4. A file is read from front to back, and twice if it has
 * dictionaries and the source can be read again. A stream without its end mark is reported as
 * truncated, although the format allows writers to omit the mark.
 */
#ifndef VV_LIB_ARROW_IPC_READER_H
#define VV_LIB_ARROW_IPC_READER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "dataset/read/source.h"
#include "varve/arrow.h"

#define VV_ARROW_HEAD 8u /* bytes of a file that vv_arrow_ipc_looks_like needs */

/* Returns true if head, the first bytes of a file, is the beginning of an Arrow file or stream.
 * Returns false if len is less than VV_ARROW_HEAD. No text file begins with these bytes. */
bool vv_arrow_ipc_looks_like(const void *head, size_t len);

/* Reads the schema, and sets *out to a stream of the batches. The source is copied; its payload and
 * name are borrowed until the stream is released. The stream's schema is valid until the stream is
 * released. A batch must be released as a whole: consumers must not move its children and
 * dictionaries. On failure, sets out->release to NULL. VV_EINPUT: the data is in neither format,
 * truncated or damaged. VV_ENOSUPPORT: the data has a type that a table cannot store, or a feature
 * that varve does not read. VV_EREFUSED: the schema has too many fields, or the data is too
 * large. */
vv_status vv_arrow_ipc_read(struct ArrowArrayStream *out, const vv_source *source, vv_error *err);

#endif

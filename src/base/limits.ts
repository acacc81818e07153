/** Every bound on foreign input in one place. A reader that meets a bound refuses the whole input with INPUT_LIMIT. */

const KIB = 1024;
const MIB = 1024 * KIB;
const GIB = 1024 * MIB;

/** Nesting of JSON or YAML collections: validation schemas of real CRDs reach about 60; recursive walks stay safe far beyond 200. */
export const DOCUMENT_DEPTH_MAX = 200;

/** One object, or all of a list apart from its items: etcd refuses objects above 1.5 MiB, so 32 MiB is twenty times what a cluster can hold. */
export const OBJECT_BYTES_MAX = 32 * MIB;

/** One input after decompression: a million pods of 16 KiB; beyond it a stream that never ends is more likely. */
export const INPUT_BYTES_MAX = 16 * GIB;

/** Bytes asked of a file at a time: large enough that the read call is noise, small enough to stay in cache. */
export const READ_CHUNK_BYTES = MIB;

/** Decompressed to compressed bytes: dumps reach 10 to 100 (equal pods repeat), a bomb about 1000. */
export const GZIP_RATIO_MAX = 200;

/** Below this size no ratio is checked: small inputs may be anything and cost nothing. */
export const GZIP_RATIO_FREE_BYTES = 16 * MIB;

/** Files taken from one directory, and folders looked into: a bundle has hundreds; a home directory given by mistake has many more. */
export const DIRECTORY_FILES_MAX = 10_000;

/** YAML aliases in one document: manifests use a handful; go-yaml too refuses documents that are mostly aliases. */
export const YAML_ALIASES_MAX = 100;

/** Values of one YAML document after all aliases are followed: ten times the largest real object. */
export const YAML_EXPANDED_VALUES_MAX = 1_000_000;

/** A YAML list up to this size is parsed in one piece, so that aliases may cross items; a larger one item by item, at a third of the memory. */
export const YAML_WHOLE_BYTES_MAX = 4 * MIB;

/** One line of a CSV trace: known traces stay below 200 bytes. */
export const CSV_LINE_BYTES_MAX = 64 * KIB;

/** Pods that one controller manifest may expand to: Kubernetes supports clusters of 150,000 pods; planning goes to a million. */
export const EXPANDED_REPLICAS_MAX = 1_000_000;

/** Core memory for class tables; beyond it the least recently used ones are dropped and come back exact when needed. */
export const CLASS_MEMORY_MAX = 512 * MIB;

/** Worker threads: more than any machine's cores serves nobody and each costs an isolate of some 10 MiB. */
export const WORKERS_MAX = 64;

/** Pods decided in the core per call: enough that the call costs nothing, few enough that progress is seen. */
export const BATCH_PODS_MAX = 4096;

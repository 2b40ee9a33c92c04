/**
 * @import { Caption, CaptionsImport, OtioExportOptions, OtioImport, SourceInfo, Support, Timeline } from './export-worker-client.js'
 */

/** What can be asked of the export engine beside exports. */
export class AskingClient extends EventTarget {
  #ask;

  /** @param {(question: {type: string, [field: string]: unknown}) => Promise<any>} ask */
  constructor(ask) {
    super();
    this.#ask = ask;
  }

  /**
   * @param {File | Blob | FileSystemFileHandle} file
   * @returns {Promise<SourceInfo>}
   */
  probeSource(file) {
    return this.#ask({ type: 'probe_source', file });
  }

  /**
   * @param {{width: number, height: number, fps: number}} picture
   * @returns {Promise<Support>}
   */
  querySupport({ width, height, fps }) {
    return this.#ask({ type: 'query_support', width, height, fps });
  }

  /**
   * @param {File | Blob | FileSystemFileHandle} file
   * @returns {Promise<OtioImport>}
   */
  importOtio(file) {
    return this.#ask({ type: 'import_otio', file });
  }

  /**
   * @param {Omit<Timeline, 'sources'>} timeline
   * @param {OtioExportOptions} [options]
   * @returns {Promise<string>}
   */
  async exportOtio(timeline, { name, markers, media } = {}) {
    const plain = { ...timeline, sources: undefined, fonts: undefined };
    return (await this.#ask({ type: 'export_otio', timeline: plain, name, markers, media })).text;
  }

  /**
   * @param {File | Blob | FileSystemFileHandle} file
   * @returns {Promise<CaptionsImport>}
   */
  importCaptions(file) {
    return this.#ask({ type: 'import_captions', file });
  }

  /**
   * @param {Caption[]} captions
   * @param {'srt' | 'vtt'} format
   * @returns {Promise<string>}
   */
  async exportCaptions(captions, format) {
    return (await this.#ask({ type: 'export_captions', captions, format })).text;
  }
}

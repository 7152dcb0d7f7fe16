// The AudioWorklet's side of capture: hands each block to worklet.wasm (frontend/worklet) and posts whole frames.
//
// It is JavaScript because an AudioWorkletProcessor must be; everything that is more than moving bytes is in the module.
// There is no timer: the audio thread calls process() once a block, whether or not the page is visible.
//
// processorOptions: { module: WebAssembly.Module | BufferSource, paused?: boolean }
// It posts:  { type: "frame", pcm: ArrayBuffer, first: number, level: number, peak: number, date: number }
//            { type: "resumed", first, date }, { type: "paused" }, { type: "flushed" }
// It takes:  "pause" (the started frame is filled with silence and posted), "resume", "stop" (the started frame is posted short).
// `first` is the number of the frame's first sample since the node began, pauses left out; `date` is Date.now().
class CaptureProcessor extends AudioWorkletProcessor {
  constructor(options) {
    super();
    const { module, paused } = options.processorOptions;
    const compiled = module instanceof WebAssembly.Module ? module : new WebAssembly.Module(module);
    this.wasm = new WebAssembly.Instance(compiled, {}).exports;
    this.self = this.wasm.create(sampleRate);
    if (!this.self) throw new RangeError(`This device's rate of ${sampleRate} Hz can't be used.`);
    this.block = this.wasm.block_capacity();
    this.frame = this.wasm.frame_samples();
    this.first = 0;
    this.next = -1; // the context's frame number that is due; −1 before the first block
    this.paused = paused === true;
    this.stopped = false;
    this.port.onmessage = ({ data }) => this.order(data);
  }

  order(data) {
    if (this.stopped) return;
    if (data === "pause" && !this.paused) {
      this.paused = true;
      this.finish(true);
      this.port.postMessage({ type: "paused" });
    } else if (data === "resume" && this.paused) {
      this.paused = false;
      this.port.postMessage({ type: "resumed", first: this.first, date: Date.now() });
    } else if (data === "stop") {
      if (!this.paused) this.finish(false);
      this.stopped = true;
      this.port.postMessage({ type: "flushed" });
    }
  }

  process(inputs) {
    if (this.stopped) return false;
    // Blocks that the audio thread had to skip are time too: they become silence.
    const skipped = this.next < 0 ? 0 : Math.max(0, currentFrame - this.next);
    const planes = inputs[0] ?? []; // no planes: the track has ended or is not connected, which is silence
    const samples = planes[0]?.length ?? 128;
    this.next = currentFrame + samples;
    if (this.paused) return true;
    for (let left = skipped; left > 0; left -= this.block) this.push([], Math.min(left, this.block));
    this.push(planes, samples);
    return true;
  }

  push(planes, samples) {
    const channels = Math.min(planes.length, 8);
    const input = new Float32Array(this.wasm.memory.buffer, this.wasm.input(this.self), channels * this.block);
    for (let channel = 0; channel < channels; channel++) input.set(planes[channel], channel * this.block);
    const ready = this.wasm.push(this.self, samples, channels);
    for (let index = 0; index < ready; index++) this.post(index, this.frame, this.frame);
  }

  finish(whole) {
    const left = this.wasm.flush(this.self);
    for (let index = 0; index * this.frame < left; index++) {
      const samples = Math.min(this.frame, left - index * this.frame);
      this.post(index, samples, whole ? this.frame : samples);
    }
  }

  post(index, samples, length) {
    const pcm = new Int16Array(length); // beyond `samples` it stays silence
    pcm.set(new Int16Array(this.wasm.memory.buffer, this.wasm.frame(this.self, index), samples));
    const [level, peak] = [this.wasm.level(this.self), this.wasm.peak(this.self)];
    this.port.postMessage({ type: "frame", pcm: pcm.buffer, first: this.first, level, peak, date: Date.now() }, [pcm.buffer]);
    this.first += length;
  }
}

registerProcessor("closezly-capture", CaptureProcessor);

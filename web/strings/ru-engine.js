import { translator } from '../engine-words.js';

/** What the engine says. @type {import('../engine-words.js').Phrases} */
export const phrases = [
  ["This browser has no {} encoder of its own; Gran's built-in one is used.", 'В браузере нет своего кодировщика {}; взят встроенный.'],
  ['This browser has no {} encoder for {}.', 'В браузере нет кодировщика {} для {}.'],
  ['This browser has no {} encoder.', 'В браузере нет кодировщика {}.'],
  [
    'This browser cannot make {}. Choose a smaller size or another codec.',
    'Браузер не умеет {}. Выберите меньший размер или другой кодек.',
  ],
  [
    'This browser cannot make {}. Choose another sound codec or 48000 Hz.',
    'Браузер не умеет {}. Выберите другой кодек звука или 48000 Гц.',
  ],
  ['The video is encoded with the software encoder.', 'Видео кодирует процессор, а не видеокарта.'],
  ['The video is encoded with {}.', 'Видео кодируется так: {}.'],
  [
    'The video encoder stopped ({}). Export again, or choose another codec or a smaller size.',
    'Кодировщик видео остановился ({}). Попробуйте ещё раз, другой кодек или меньший размер.',
  ],
  [
    'The video encoder stopped at {} ({}). Export again, or choose another codec or a smaller size.',
    'Кодировщик видео остановился на {} ({}). Попробуйте ещё раз, другой кодек или меньший размер.',
  ],
  [
    'The sound encoder stopped ({}). Export again, or choose another codec for the sound.',
    'Кодировщик звука остановился ({}). Попробуйте ещё раз или выберите другой кодек звука.',
  ],
  [
    'The file is being written by another tab or program. Close it there, or save under another name.',
    'Файл сейчас пишет другая вкладка или программа. Закройте его там или сохраните под другим именем.',
  ],
  [
    'The disk is full after {} MB. Free some space and export again.',
    'Диск заполнен после {} МБ. Освободите место и экспортируйте ещё раз.',
  ],
  ['The disk is full. Free some space and export again.', 'Диск заполнен. Освободите место и экспортируйте ещё раз.'],
  ['Access to the file ended. Choose where to save again.', 'Доступ к файлу закончился. Выберите снова, куда сохранить.'],
  ['The file or its folder is gone. Choose where to save again.', 'Файла или его папки больше нет. Выберите снова, куда сохранить.'],
  [
    'The file could not be written ({}). Try again, or save somewhere else.',
    'Файл не удалось записать ({}). Попробуйте ещё раз или сохраните в другое место.',
  ],
  [
    'The file was written but did not pass its check: {}. It is kept; export again to be safe.',
    'Файл записан, но не прошёл проверку: {}. Он оставлен; для верности экспортируйте ещё раз.',
  ],
  [
    'The file could not be put together ({}). Choose another codec or container.',
    'Файл не удалось собрать ({}). Выберите другой кодек или контейнер.',
  ],
  [
    'Finishing the file made no progress for {}. Check the disk and export again.',
    'Завершение файла не двигалось {}. Проверьте диск и экспортируйте ещё раз.',
  ],
  ['There is nothing to export: the timeline has no enabled clip.', 'Экспортировать нечего: в фильме нет включённых клипов.'],
  ['There is nothing to export: what was chosen is shorter than a frame.', 'Экспортировать нечего: выбранное короче кадра.'],
  ['There is no picture: the timeline has no enabled clip.', 'Картинки нет: в фильме нет включённых клипов.'],
  ['The source {} is not among the sources.', 'Файла {} нет в проекте.'],
  [
    '{} is HDR, which this browser does not bring down to SDR: its colours come out pale. Export in Chrome or Edge, or convert the file first.',
    '{} – HDR, а этот браузер не приводит его к SDR: цвета выйдут бледными. Экспортируйте в Chrome или Edge или сначала преобразуйте файл.',
  ],
  [
    '{} has transparent parts, which this browser decodes roughly: where it is half transparent its colours are a little off. Export in Chrome or Edge, or convert the file first.',
    'В {} есть прозрачные места, а этот браузер декодирует их грубо: где полупрозрачно, цвета немного неверны. Экспортируйте в Chrome или Edge или сначала преобразуйте файл.',
  ],
  [
    '{} uses the full range of levels, of which this browser cuts the darkest and the brightest. Export in Chrome or Edge, or convert the file first.',
    'В {} полный диапазон уровней, а этот браузер обрезает самые тёмные и самые светлые. Экспортируйте в Chrome или Edge или сначала преобразуйте файл.',
  ],
  ['{} is HDR. Its colours are brought down to the SDR of the file.', '{} – HDR. Его цвета приведены к обычным (SDR).'],
  [
    'The sound is too loud at {}: the limiter had to turn it down by more than {} dB. Lower the gain of some clips.',
    'На {} звук слишком громкий: его пришлось убавить больше чем на {} дБ. Убавьте громкость клипов.',
  ],
  [
    "Clip {}: the browser's decoder failed. Its picture is decoded in software instead.",
    'Клип {}: декодер браузера отказал. Картинку декодирует процессор.',
  ],
  [
    'Clip {} could not be copied whole: at {} its frames do not come at the rate of the film. What could not be copied was encoded again.',
    'Клип {} скопирован не весь: на {} его кадры идут не с частотой фильма. Остальное закодировано заново.',
  ],
  [
    'The picture of clip {} is encoded again: it cannot be put as it is beside what else the film shows.',
    'Картинка клипа {} закодирована заново: как есть она рядом с остальным не ставится.',
  ],
  ['Clip {}: no font has {}. Add a font that does.', 'Клип {}: ни в одном шрифте нет {}. Добавьте шрифт, где они есть.'],
  ['Clip {} asks for the font {}, which is not here. Add it to the project.', 'Клипу {} нужен шрифт {}, его нет. Добавьте его в проект.'],
  [
    'Clip {}: of an animated SVG drawing only the first moment is shown.',
    'Клип {}: от движущегося рисунка SVG показан только первый кадр.',
  ],
  ['Clip {} is on a sound track, but {} has no sound.', 'Клип {} на дорожке звука, но в {} звука нет.'],
  ['Clip {}: its timeline is missing.', 'Клип {}: его таймлайн не найден.'],
  ['Clip {} at {}: {}', 'Клип {}, {}: {}'],
  ['Clip {}: {}', 'Клип {}: {}'],
  [
    'this browser cannot decode the picture of {} (codec {}). Convert it first.',
    'браузер не декодирует картинку {} (кодек {}). Преобразуйте файл.',
  ],
  [
    'this browser cannot decode the sound of {} (codec {}). Convert it first.',
    'браузер не декодирует звук {} (кодек {}). Преобразуйте файл.',
  ],
  [
    'the picture of {} is damaged and cannot be decoded. Convert or replace the file.',
    'картинка {} повреждена и не декодируется. Преобразуйте или замените файл.',
  ],
  [
    'the sound of {} is damaged and cannot be decoded. Convert or replace the file.',
    'звук {} повреждён и не декодируется. Преобразуйте или замените файл.',
  ],
  [
    '{} is gone: it was moved, renamed or deleted. Add it again.',
    '{} больше нет: файл перенесён, переименован или удалён. Добавьте его снова.',
  ],
  ['{} was changed or can no longer be read. Add it again.', '{} изменился или больше не читается. Добавьте его снова.'],
  ['Access to {} ended. Add it again.', 'Доступ к {} закончился. Добавьте файл снова.'],
  [
    '{} is damaged or not what its name says ({}). Convert or replace it.',
    '{} повреждён или не то, чем называется ({}). Преобразуйте или замените его.',
  ],
  [
    '{} is damaged or not what its name says. Convert or replace it.',
    '{} повреждён или не то, чем называется. Преобразуйте или замените его.',
  ],
  ['{} is missing. Add it again.', '{} не найден. Добавьте его снова.'],
  ['{} is empty (0 bytes).', '{} пуст (0 байт).'],
  [
    '{} holds neither picture nor sound. Convert it, or remove its clips.',
    'В {} нет ни картинки, ни звука. Преобразуйте его или уберите его клипы.',
  ],
  ['{} holds neither picture nor sound.', 'В {} нет ни картинки, ни звука.'],
  [
    '{} is not a video, sound or image file that this browser can open. Convert it, or remove its clips.',
    '{} – не видео, звук или картинка, которые открывает браузер. Преобразуйте его или уберите его клипы.',
  ],
  [
    '{} is not a video, sound or image file that this browser can open.',
    '{} – не видео, звук или картинка, которые открывает этот браузер.',
  ],
  ['The graphics card was lost and did not come back. {}', 'Видеокарта пропала и не вернулась. {}'],
  ['An export is running already. Wait for it or cancel it first.', 'Экспорт уже идёт. Подождите или сначала отмените его.'],
  [
    'The exporter ran out of memory. Close other tabs or export at a smaller size, then try again.',
    'Экспорту не хватило памяти. Закройте другие вкладки или возьмите меньший размер и попробуйте снова.',
  ],
  [
    'The exporter failed in a way that it should not ({}). Reload the page to try again.',
    'Экспорт сломался так, как не должен ({}). Обновите страницу и попробуйте снова.',
  ],
  ['A “{}” is not known here; it is a gap.', '«{}» здесь неизвестно; на этом месте пусто.'],
  ['Clip “{}” lasts no time at all and was left out.', 'Клип «{}» ничего не длится и пропущен.'],
  ['“{}” is a generator on an audio track; it is silent.', '«{}» – генератор на звуковой дорожке; он молчит.'],
  ['The markers of clip “{}” stay in the file.', 'Метки клипа «{}» остаются в файле.'],
  ['The markers of track “{}” stay in the file.', 'Метки дорожки «{}» остаются в файле.'],
  ['Clip {} begins before its media; it begins with it.', 'Клип {} начинался раньше своего файла; теперь вместе с ним.'],
  ['The effect “{}” of “{}” is not known here.', 'Эффект «{}» клипа «{}» здесь неизвестен.'],
  ['The effect “{}” of a track is not known here.', 'Эффект «{}» дорожки здесь неизвестен.'],
  ['An effect of “{}” is not known here.', 'Эффект клипа «{}» здесь неизвестен.'],
  ['The transition “{}” became a dissolve.', 'Переход «{}» стал растворением.'],
  [
    'The transition into {} begins at the cut: there is no picture before it.',
    'Переход в {} начинается на склейке: раньше неё нет изображения.',
  ],
  ['The transition out of {} ends with the clip.', 'Переход из {} кончается вместе с клипом.'],
  ['A transition of {} is of a kind that is not known here.', 'Переход клипа {} здесь неизвестен.'],
  ['The file holds {} things; the first was opened.', 'В файле {} объектов; открыт первый.'],
  [
    'The frame rate that the file names cannot be used; it was taken from the clips.',
    'Частота кадров из файла не годится; она взята у клипов.',
  ],
  ['The file names no frame rate; it was taken for 30.', 'Частота кадров в файле не названа; взято 30.'],
  ['The whole timeline is trimmed; it is shown untrimmed.', 'Линейка в файле подрезана; показана целиком.'],
  ['Effects on the whole timeline are not known here.', 'Эффекты всей линейки здесь неизвестны.'],
  ['{} captions without a text or a length were left out.', 'Субтитров без текста или длины пропущено: {}.'],
  [
    'Positions, animations and other effects of single captions are not shown.',
    'Положение, движение и другие эффекты отдельных субтитров не показаны.',
  ],
  ['The file holds no captions.', 'В файле нет субтитров.'],
  ['The file is empty.', 'Файл пуст.'],
  ['The file is JSON, but no OpenTimelineIO file: it has no OTIO_SCHEMA.', 'Это JSON, но не OpenTimelineIO: в нём нет OTIO_SCHEMA.'],
  ['The file is not JSON that can be read. {}', 'Файл не читается как JSON. {}'],
  ['The file is not text in UTF-8, as OpenTimelineIO files are.', 'Файл не текст в UTF-8, как положено OpenTimelineIO.'],
];

export const inRussian = translator(phrases);
